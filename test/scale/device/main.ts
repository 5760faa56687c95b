/**
 * Measures a server with an increasing number of connections. It traces "bare N" after creating N sockets without
 * a server, to measure their memory. Then it traces for each size: "grown N", to measure the memory; "counted"
 * before and after a turn of `messages` messages and one of twice as many; and the times of the floor and of the
 * server. The first size comes twice, because the first time includes everything that is allocated only once.
 */
import config from "mc/config";
import Timer from "timer";
import { time } from "../../bench/device/timing.js";
import { bareSockets, Crowd, floorEcho } from "./crowd.js";
import { bareCount, grownTo, messages } from "./sizes.js";

const rounds = Number(config["rounds"] ?? 20);
const crowd = new Crowd();

/** Runs each action in its own turn, in sequence. */
function inTurns(actions: readonly (() => void)[]): void {
	let next = 0;
	const timer = Timer.repeat(() => {
		const action = actions[next++];
		if (action) return action();
		Timer.clear(timer);
	}, 1);
}

function measure(index: number): void {
	const size = grownTo[index];
	if (size === undefined) return trace("done\n");
	inTurns([
		() => crowd.growTo(size),
		() => trace(`grown ${size}\n`),
		// Warm-up: the first message of a connection may cost more.
		...[size, messages, 2 * messages].map((count) => () => {
			crowd.echo.run(count);
			trace("counted\n");
		}),
		() =>
			time([floorEcho(), crowd.echo], rounds, 4, (times) => {
				trace(`times ${JSON.stringify(times)}\n`);
				measure(index + 1);
			}),
	]);
}

let bare: object[] = [];
inTurns([
	() => trace("bare 0\n"),
	() => {
		bare = bareSockets(bareCount);
	},
	() => trace(`bare ${bare.length}\n`),
	() => measure(0),
]);
