# One image for both programs: `ravencluster pod` (a database node) and `ravencluster operator`.
#
#     npm run image                       # with docker, podman or buildah, whichever is here
#     docker build -t ravencluster:0.1.0 .
#
# linux/amd64 only: the RocksDB binding has a binary for no other Linux, and the build stops there.
# A registry of packages that needs a login or has a certificate authority of its own: --secret id=npmrc,src=… and
# --secret id=certificates,src=… (a PEM bundle); neither gets into a layer.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=secret,id=certificates,target=/run/secrets/certificates \
    if [ -f /run/secrets/certificates ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/certificates; fi \
 && npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json LICENSE README.md ./
COPY node node
COPY operator operator
RUN npm run build \
 && npm sbom --package-lock-only --omit dev --sbom-format cyclonedx > sbom.cdx.json \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
 && node operator/packaging/image/prune-packages.ts node_modules \
 && rm -f dist/.tsbuildinfo

FROM ${BASE_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="RavenCluster" \
      org.opencontainers.image.description="A document database that keeps answering while machines die, and the Kubernetes operator that runs it." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Numbers, so that Kubernetes can see that it isn't root; a name, because some programs ask for one.
RUN echo 'raven:x:10001:10001:RavenCluster:/var/lib/ravencluster:/usr/sbin/nologin' >> /etc/passwd \
 && echo 'raven:x:10001:' >> /etc/group \
 && mkdir -p /var/lib/ravencluster && chown 10001:10001 /var/lib/ravencluster
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /build/package.json /build/LICENSE /build/README.md /build/sbom.cdx.json /opt/ravencluster/
COPY --from=build /build/node_modules /opt/ravencluster/node_modules
COPY --from=build /build/dist /opt/ravencluster/dist
RUN ln -s /opt/ravencluster/dist/operator/cli/main.js /usr/local/bin/ravencluster \
 && chmod 755 /opt/ravencluster/dist/operator/cli/main.js
ENV NODE_ENV=production
WORKDIR /var/lib/ravencluster
USER 10001:10001
EXPOSE 8080 38888
STOPSIGNAL SIGTERM
# Node.js is the first process: it starts no others, and listens for the signals from the first moment.
ENTRYPOINT ["/usr/local/bin/node", "/opt/ravencluster/dist/operator/cli/main.js"]
CMD ["--help"]
