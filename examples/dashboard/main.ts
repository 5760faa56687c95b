/**
 * A device that people open: its page shows live values and switches a light.
 *
 *     mcconfig -d -m -p esp32 examples/dashboard/manifest.json ssid=... password=...
 *
 * Then open http://ADDRESS:8080/ in a browser, or in several. The default `port` is 8080. `interval` is the time between two
 * readings in milliseconds, 1000 by default; with more than 5000 pages take the connection for dead.
 */

import config from "mc/config";
import Timer from "timer";
import { Dashboard } from "./dashboard.js";

let temperature = 21;

/** Replace this by code that reads your sensor. */
function measure(): number {
	temperature += Math.random() - 0.5;
	return Math.round(temperature * 10) / 10;
}

/** Replace this by code that sets the pin of your light. */
function setLight(on: boolean): void {
	trace(`the light is ${on ? "on" : "off"}\n`);
}

const dashboard = new Dashboard(
	"Weather station",
	{
		port: Number(config["port"] ?? 8080),
		// The only property that it reads. Otherwise clients could fill its memory with property names.
		names: ["light"],
	},
	setLight,
);
const { server } = dashboard;

server.on("listening", () => trace(`open http://localhost:${server.port}/\n`));
server.on("connection", ({ remoteAddress }) => trace(`${remoteAddress} connected\n`));
server.on("error", (message) => trace(`${message}\n`));

dashboard.show(measure());
Timer.repeat(() => dashboard.show(measure()), Number(config["interval"] ?? 1000));
server.start();
