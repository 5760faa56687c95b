import test from "ava";
import { httpDate, retryAfterOf } from "../../../modules/websocket/retryafter.js";

const now = Date.UTC(2026, 10, 27, 8, 0, 0);

function after(value: string, date?: string): number | undefined {
	return retryAfterOf({ "retry-after": value, ...(date && { date }) }, now);
}

test("seconds, up to an hour", (t) => {
	t.is(after("0"), 0);
	t.is(after("7"), 7000);
	t.is(after("3600"), 3_600_000);
	t.is(after("3601"), 3_600_000);
	t.is(after("9".repeat(400)), 3_600_000);
});

test("a date, compared with the clock, from 0 to an hour", (t) => {
	t.is(after("Fri, 27 Nov 2026 08:01:30 GMT"), 90_000);
	t.is(after("Fri, 27 Nov 2026 07:59:00 GMT"), 0);
	t.is(after("Sat, 28 Nov 2026 08:00:00 GMT"), 3_600_000);
});

test("a date, compared with the response's own Date: a device's clock may be wrong", (t) => {
	t.is(after("Wed, 01 Jan 2031 00:02:00 GMT", "Wed, 01 Jan 2031 00:00:00 GMT"), 120_000);
	t.is(after("Fri, 27 Nov 2026 08:01:30 GMT", "nonsense"), 90_000);
});

test("all three forms of a date", (t) => {
	const time = Date.UTC(2094, 10, 6, 8, 49, 37);
	t.is(httpDate("Sat, 06 Nov 2094 08:49:37 GMT"), time);
	t.is(httpDate("Saturday, 06-Nov-94 08:49:37 GMT"), time);
	t.is(httpDate("Sat Nov  6 08:49:37 2094"), time);
	"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ").forEach((month, index) => {
		t.is(httpDate(`Sat, 06 ${month} 2094 00:00:00 GMT`), Date.UTC(2094, index, 6), month);
	});
});

test("anything else is as if it were absent", (t) => {
	t.is(retryAfterOf({}, now), undefined);
	for (const value of [
		"",
		"-1",
		"+5",
		"1.5",
		"1e3",
		"0x10",
		" ",
		"soon",
		"2026-11-27T08:01:30Z",
		"Fri, 27 Nov 2026 08:01:30",
		"Fri, 27 Nov 2026 08:01:30 CET",
		"Fri, 27 Nov 2026 08:01 GMT",
		"Fri, 27 anF 2026 08:01:30 GMT",
		"Fri, 27 November 2026 08:01:30 GMT",
		"Fri, 27 Nov 2026 08:01:3x GMT",
		"Fri, 27 Nov 2026 08:01:30 GMT GMT",
		"Fri, 1e1 Nov 2026 08:01:30 GMT",
	])
		t.is(after(value), undefined, value);
});
