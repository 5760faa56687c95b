/** The same report as examples/sensor sends, on the SDK's WebSocket: without queue, retries and limits. */

import WebSocket from "WebSocket";
import config from "mc/config";
import Timer from "timer";

const webSocket = new WebSocket(`ws://${config.host ?? "localhost"}:${config.port ?? 8080}/`);
let reports = 0;
let temperature = 21;

webSocket.addEventListener("open", () => {
	trace("connected\n");
	Timer.repeat(() => {
		temperature += Math.random() - 0.5;
		webSocket.send(JSON.stringify({ report: ++reports, temperature: Math.round(temperature * 10) / 10 }));
	}, 5000);
});
webSocket.addEventListener("message", ({ data }) => trace(`${JSON.parse(data).report}\n`));
webSocket.addEventListener("close", () => trace("disconnected\n"));
webSocket.addEventListener("error", () => trace("error\n"));
