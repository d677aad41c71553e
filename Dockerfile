# The server in a container: docs/operations.md#in-a-container.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package needs a script of its own to be installed.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json LICENSE ./
COPY bin bin
COPY types types
COPY browser browser
COPY client client
COPY dashboard dashboard
COPY src src
RUN npm run build && find dist -name '*.map' -delete && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/bin bin
COPY --from=build /app/dist dist
# The user `node` of the image; a number, so that an orchestrator sees that it is not root.
RUN mkdir /data && chown 1000:1000 /data && chmod 700 /data
USER 1000:1000
VOLUME /data
EXPOSE 8400
# Live, not ready: a restart does not help a server whose ClickHouse is away, and it goes on accepting events.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:8400/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# One process, as PID 1, which handles SIGTERM itself. It needs up to a minute to load what it accepted.
ENTRYPOINT ["node", "/app/bin/tributary.js"]
CMD ["serve", "--data", "/data", "--host", "0.0.0.0"]
