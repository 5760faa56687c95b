/** Types of the SDK's own WebSocket modules, as far as the benchmark uses them. */

declare module "websocket" {
	const websocket: { Client: new (options: object) => object };
	export default websocket;
}

declare module "embedded:network/websocket/client" {
	export default class WebSocketClient {
		constructor(options: object);
		read(): ArrayBuffer | undefined;
		write(bytes: ArrayBuffer, options: object): number;
	}
}
