# One image for both processes: `node dist/api/main.js` and `node dist/workers/main.js`.
FROM node:20-bookworm-slim AS build
WORKDIR /heddle
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY .swcrc tsconfig.json ./
COPY scripts scripts
COPY src src
RUN npm run build

FROM node:20-bookworm-slim AS packages
WORKDIR /heddle
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /heddle
COPY --from=packages /heddle/node_modules node_modules
COPY --from=build /heddle/dist dist
COPY package.json ./
COPY bin bin
USER node
EXPOSE 4300
CMD ["node", "dist/api/main.js"]
