/** What a permission on a device is judged by. */

/** As it is registered now; undefined members where its registration says nothing. */
export interface DeviceFacts {
  readonly customer: string | undefined
  readonly group: string | undefined
  readonly deviceType: string | undefined
}
