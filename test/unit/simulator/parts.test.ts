import test from "ava";
import { startDevice } from "./support.js";

const uses = {
	attach: "attach sockets",
	broadcast: "broadcast",
	pages: "serve pages",
	verify: "decide on requests",
};
type Name = keyof typeof uses;
const names = Object.keys(uses) as Name[];

function refusal(name: Name): string {
	return `${name}: TypeError: this app cannot ${uses[name]}; include xs-web-socket's manifest_${name}.json in its manifest`;
}

test("without its manifest each part of a Server says what to include", async (t) => {
	const device = await startDevice(t, "parts");
	await device.line(/^verify: /);
	t.deepEqual(device.lines, names.map(refusal));
});

for (const name of names)
	test(`manifest_${name}.json puts its part in place, and no other one`, async (t) => {
		const device = await startDevice(t, "parts", { parts: [name] });
		await device.line(/^verify: /);
		t.deepEqual(
			device.lines.filter((line) => !/^xs-web-socket: /.test(line)),
			names.map((other) => (other === name ? `${name}: done` : refusal(other))),
		);
	});
