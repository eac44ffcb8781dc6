# syntax=docker/dockerfile:1
# One image a service, from one build: `docker build --target gateway .`

# The pages of playground and storefront, which the gateway has built in.
FROM node:20.19-bookworm-slim AS playground
WORKDIR /project/gateway/graphiql
COPY gateway/graphiql/package.json gateway/graphiql/package-lock.json gateway/graphiql/.npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY gateway/graphiql .
RUN npm run build

FROM node:20.19-bookworm-slim AS storefront
WORKDIR /project/gateway/storefront
COPY gateway/storefront/package.json gateway/storefront/package-lock.json gateway/storefront/.npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY schema.graphql /project/
COPY gateway/storefront .
RUN npm run build

FROM rust:1.95.0-slim-bookworm AS builder
# The services' allocator is built by it.
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /project
COPY . .
COPY --from=playground /project/gateway/graphiql/dist gateway/graphiql/dist
COPY --from=storefront /project/gateway/storefront/dist gateway/storefront/dist
# The caches stay out of the image; what is kept is copied from them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/project/target \
    cargo build --release --locked --package mock-shops --package collector --package gateway \
    && install -D --target-directory=/built target/release/mock-shops target/release/collector target/release/gateway \
    && install --directory /built/cache

FROM debian:bookworm-20251229-slim AS runtime
# What shops' and stores' TLS certificates are checked against.
COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# Nobody in particular, who owns nothing.
USER 65532:65532
WORKDIR /

FROM runtime AS mock-shops
COPY --from=builder /built/mock-shops /usr/local/bin/mock-shops
ENV MOCK_SHOPS_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["mock-shops", "health"]
ENTRYPOINT ["mock-shops"]

FROM runtime AS collector
COPY --from=builder /built/collector /usr/local/bin/collector
ENV COLLECTOR_LISTEN=0.0.0.0:8081
EXPOSE 8081
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["collector", "health"]
ENTRYPOINT ["collector"]

FROM runtime AS gateway
COPY --from=builder /built/gateway /usr/local/bin/gateway
# For a volume: it belongs to whom the folder belonged to.
COPY --from=builder --chown=65532:65532 /built/cache /var/cache/gateway
ENV GATEWAY_LISTEN=0.0.0.0:8000
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["gateway", "health"]
ENTRYPOINT ["gateway"]
