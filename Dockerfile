# Styles, fonts and the solver, by lock file.
FROM node:22-bookworm-slim AS assets
WORKDIR /src
COPY scripts/assets/package.json scripts/assets/package-lock.json scripts/assets/
RUN cd scripts/assets && npm ci --ignore-scripts --omit=optional --omit=dev --no-fund --no-audit
COPY scripts/assets/*.mjs scripts/assets/*.txt scripts/assets/
COPY app/web/assets/src app/web/assets/src
COPY app/charts/charts.css app/charts/charts.css
RUN node scripts/assets/highs.mjs && node scripts/assets/web.mjs

FROM golang:1.26-bookworm AS build
ARG VERSION=dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=assets /src/app/highs/wasm app/highs/wasm
COPY --from=assets /src/app/web/assets/dist app/web/assets/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/folkmoot ./app \
 && mkdir /out/data

# Nothing but the program, its certificates and a place for data. Time zones
# are inside the program.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/folkmoot /folkmoot
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV FOLKMOOT_DATA_DIR=/data \
    FOLKMOOT_LISTEN=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s CMD ["/folkmoot", "healthz"]
ENTRYPOINT ["/folkmoot"]
CMD ["serve"]
