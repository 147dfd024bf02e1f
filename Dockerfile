# Built from the checkout: docker build -t sigtwin .
# First an account, since it listens beyond its own container; then run it, with the same data kept:
#   docker run --rm -i -v sigtwin:/data sigtwin account add ann --role operator --payloads --password-file - < password.txt
#   docker run -d -v sigtwin:/data -p 127.0.0.1:4280:4280 --stop-timeout 20 sigtwin
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm pack --pack-destination /package

FROM node:24-bookworm-slim
COPY --from=build /package /package
# The image has its Node: the packaged ones are left out.
RUN npm install --global /package/*.tgz && rm -r /package "$(npm root --global)"/sigtwin/node_modules/node-linux-* \
  && mkdir /data && chown node:node /data
USER node
WORKDIR /data
VOLUME /data
EXPOSE 4280
# All addresses of the container (docs/operations/access.md).
ENV SIGTWIN_HOST=0.0.0.0
ENTRYPOINT ["sigtwin"]
CMD ["serve"]
