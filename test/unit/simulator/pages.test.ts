import test from "ava";
import { httpRequest } from "../../support/http.js";
import { startDevice } from "./support.js";

const html = "<!doctype html><title>From flash</title>";
const resources = { "index.html": Buffer.from(html) };

test("a Resource is served as a page", async (t) => {
	const device = await startDevice(t, "pages", { parts: ["pages"], resources });
	await device.line(/^\d+$/);
	const port = Number(device.lines.at(-1));
	const { headers, body } = await httpRequest("127.0.0.1", port);
	t.is(body.toString(), html);
	t.is(headers["content-type"], "text/html; charset=utf-8");
	const known = { "If-None-Match": headers.etag as string };
	t.is((await httpRequest("127.0.0.1", port, "/", { headers: known })).status, 304);
});

test("without manifest_pages.json a Server refuses pages and says what to include", async (t) => {
	const device = await startDevice(t, "pages", { resources });
	await device.line(/^TypeError: /);
	t.regex(device.lines.join("\n"), /^TypeError: this app cannot serve pages; include .*manifest_pages\.json/);
});
