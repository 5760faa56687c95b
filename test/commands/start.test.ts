import test from "ava";
import { wsConnect } from "../support/wspeer.js";
import { npmRun, takenPort } from "./support.js";

const ledger =
	/accepted (\d+) = sent (\d+) \+ waiting (\d+) \+ lost (\d+) \+ replaced (\d+), discarded 0, received (\d+)/;

test("start --seconds prints both sides of the exchange and a summary, and ends with status 0", async (t) => {
	const command = npmRun(t, "start", "--seconds", "3", "--port", "0");
	t.is(await command.status(), 0);
	const { output, errors } = command.printed;
	t.is(errors, "");
	t.regex(output, /in a browser, or in several: http:\/\/localhost:\d+\/\n/);
	t.regex(output, /npx wscat -c ws:\/\/localhost:\d+\n/);
	t.regex(output, /device +client +sends +\{"report":1,.*\} queued, 1 waiting\n/);
	t.regex(output, /peer +receives +\{"report":1,/);
	t.regex(output, /peer +sends +\{"thanksFor":1\}\n/);
	t.regex(output, /device +client +receives +\{"thanksFor":1\}\n/);
	t.regex(output, /device +client +sends +\{"report":2,.*\} sent\n/);
	t.regex(output, /visitor +sends +\{"hello":"device"\}\n/);
	t.regex(output, /visitor +receives +\{"you":\{"hello":"device"\},"report":/);
	// On a busy computer it may take longer, never shorter.
	const [heading = "", seconds] = /\nAfter (\d+\.\d) seconds\n/.exec(output) ?? [];
	t.true(Number(seconds) >= 3, output);
	const summary = output.slice(output.indexOf(heading));
	const [, accepted, sent, waiting, lost, replaced, received] = ledger.exec(summary) ?? [];
	t.true(Number(accepted) >= 2);
	t.is(Number(accepted), Number(sent) + Number(waiting) + Number(lost) + Number(replaced));
	// The device does not receive what the peer sends while it closes.
	const [, peerReceived, peerSent] = /peer +received (\d+), sent (\d+)\n$/.exec(summary) ?? [];
	t.is(peerReceived, sent);
	t.true(Number(peerSent) >= Number(received));
	t.regex(summary, /device's server +1 visitor\n/);
	t.false(output.includes("\u001b"), "no colours without a terminal");
});

test("the device has a page and answers any client, and Ctrl-C shuts everything down cleanly", async (t) => {
	const command = npmRun(t, "start", "--port", "0");
	const [, address = "", port] = await command.line(/(http:\/\/localhost:(\d+)\/)\n/);
	const page = await fetch(address);
	t.is(page.status, 200);
	t.regex(await page.text(), /<title>Dashboard<\/title>/);
	const visitor = await wsConnect("localhost", Number(port));
	/** The next message with a property: the device also sends what the page shows. */
	const next = async (name: string) => {
		for (;;) {
			const message = (await visitor.json()) as object;
			if (name in message) return message;
		}
	};
	t.like(await next("history"), { name: "Weather station", light: false });
	t.like(await next("queue"), { about: "to the peer", queue: { size: 4096 } });
	visitor.send('{"light":true}');
	t.deepEqual(await next("light"), { light: true });
	t.like(await next("you"), { you: { light: true }, light: true });
	visitor.send("no JSON, \u009b no control characters on the screen");
	t.like(await next("you"), { you: "no JSON, \u009b no control characters on the screen" });
	command.signal("SIGINT", true);
	t.is((await visitor.closed()).code, 1001);
	t.is(await command.status(), 0);
	const { output, errors } = command.printed;
	t.is(errors, "");
	t.regex(output, /device +client +closes +with 1000\n/);
	t.regex(output, /peer +closes +with 1000\n/);
	t.regex(output, /\nAfter \d+\.\d seconds\n(.*\n){3}$/);
	t.false(output.includes("\u009b"));
});

test("start --tls connects the device to its peer with TLS", async (t) => {
	const command = npmRun(t, "start", "--tls", "--seconds", "3", "--port", "0");
	t.is(await command.status(), 0);
	const { output, errors } = command.printed;
	t.is(errors, "");
	t.regex(output, /peer +opens +for the device, TLSv1\.2, ECDHE-ECDSA-AES128-GCM-SHA256\n/);
	t.regex(output, /device +client +opens +wss:\/\/localhost:\d+\n/);
	t.regex(output, /device +client +receives +\{"thanksFor":1\}\n/);
	t.regex(output, /device +client +closes +with 1000\n/);
});

test("a port in use is reported in one line, with status 1", async (t) => {
	const taken = await takenPort(t);
	const command = npmRun(t, "start", "--port", String(taken));
	t.is(await command.status(), 1);
	t.regex(
		command.printed.errors,
		new RegExp(`^Port ${taken} is not available, .*npm start -- --port \\d+.*\\n$`),
	);
	t.false(command.printed.output.includes("After"));
});
