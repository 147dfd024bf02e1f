/**
 * Which addresses a delivery may reach: those of the open internet, and this machine only where that
 * was allowed by an event. A customer's URL must not make the twin a way into the operator's network.
 */
import { BlockList, isIP } from "node:net"

const inside = new BlockList()
// RFC 6890 and successors: loopback, private, link-local, shared, documentation, multicast, reserved.
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  inside.addSubnet(net, bits, "ipv4")
for (const [net, bits] of [
  ["::", 128],
  ["::1", 128],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  inside.addSubnet(net, bits, "ipv6")

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

const privateNets = new BlockList()
privateNets.addSubnet("10.0.0.0", 8, "ipv4")
privateNets.addSubnet("172.16.0.0", 12, "ipv4")
privateNets.addSubnet("192.168.0.0", 16, "ipv4")
privateNets.addSubnet("fc00::", 7, "ipv6")

/**
 * Whether a connection to this IP address is permitted. IPv4 within IPv6 counts as the IPv4 it is. Link-local addresses,
 * where clouds keep their instances' credentials, never are.
 */
export const isAllowed = (
  address: string,
  loopbackAllowed: boolean,
  privateAllowed = false,
): boolean => {
  const plain = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address
  const family = isIP(plain) === 6 ? "ipv6" : "ipv4"
  if (isIP(plain) === 0) return false
  if (loopback.check(plain, family)) return loopbackAllowed
  if (privateNets.check(plain, family)) return privateAllowed
  return !inside.check(plain, family)
}
