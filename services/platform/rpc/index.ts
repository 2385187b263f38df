// The door to gRPC: mutual TLS only, peers by SPIFFE id, errors as codes. No type of the library leaves it.

export { certificateExpired } from './calls.ts';
export { type CallOptions, connectGateway, type GatewayConnection } from './client.ts';
export { type ConformanceHandlers, connectConformance } from './conformance.ts';
export type { Caller, Duplex, ExchangeHandlers } from './face.ts';
export { fetchPinnedCa } from './pinned-ca.ts';
export { callJoin, connectRegistry, type RegistryConnection } from './registry-client.ts';
export type { RegistryHandlers } from './registry-face.ts';
export { type RegistryServer, startRegistryServer } from './registry-server.ts';
export { type RpcServer, type RpcServerOptions, startRpcServer } from './server.ts';
