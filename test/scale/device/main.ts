/**
 * Measures a server with more and more connections. It traces "bare N" when there are so many more sockets without
 * a server, then, for each size, "grown N", whereupon the memory can be measured, "counted" before and after a turn
 * of so many messages and one of twice as many, and the times of the floor and its own. The first size comes twice,
 * because everything that is made only once is made then.
 */
import config from "mc/config";
import Timer from "timer";
import { time } from "../../bench/device/timing.js";
import { bareSockets, Crowd, floorEcho } from "./crowd.js";
import { bareCount, grownTo, messages } from "./sizes.js";

const rounds = Number(config["rounds"] ?? 20);
const crowd = new Crowd();

/** Each action in a turn of its own, one after the other. */
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
		// The first message of a connection may cost more.
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
