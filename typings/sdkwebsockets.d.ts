/** What the benchmark uses of the SDK's own WebSocket modules, as far as the SDK's typings have it. */

declare module "websocket" {
	const websocket: { Client: new (options: object) => object };
	export default websocket;
}

declare module "embedded:network/websocket/client" {
	export default class WebSocketClient {
		constructor(options: object);
		read(): ArrayBuffer | undefined;
		write(octets: ArrayBuffer, options: object): number;
	}
}
