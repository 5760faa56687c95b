/** Lets sockets with bounded windows write, move, close and fail in random order. Traces the first fault, then "done". */
import config from "mc/config";
import { BoundedTCP } from "../../../../modules/pico/boundedtcp.js";
import { Random } from "../../../support/random.js";
import { acknowledge, type Connection, fail, memoryInUse, output } from "./lwip.js";

const random = new Random(Number(config["seed"]));
const below = (limit: number): number => random.integer(0, limit - 1);

/** A connection and what its user knows of it. */
class User {
	socket: BoundedTCP;
	readonly connection: Connection;
	window = 0;
	closed = false;
	told = false;
	readonly sent: number[] = [];

	constructor() {
		const segmentSize = [536, 537, 729, 1000, 1039, 1072, 1380, 1459, 1460][below(9)] as number;
		this.socket = this.open({ segmentSize });
		this.connection = (this.socket as unknown as { native: Connection }).native;
		this.connection.owner?.callWritable();
	}

	move(): void {
		this.told = false;
		this.socket = this.open({ from: this.socket });
		this.connection.owner?.callWritable();
		check(this.told, "a socket that moved is not told its window");
	}

	/** Also writes inside a callback, as a send queue does. */
	write(): void {
		const longest = below(3) ? Math.min(this.window, 200) : this.window;
		const bytes = Uint8Array.from({ length: below(longest + 1) }, () => below(256));
		const window = this.socket.write(below(2) ? bytes : bytes.buffer);
		if (window === undefined) return check(this.connection.failed, "write() tells a failure");
		this.window = window;
		for (const byte of bytes) this.sent.push(byte);
	}

	private open(options: object): BoundedTCP {
		const user = this;
		return new BoundedTCP({
			...options,
			onWritable(count) {
				check(this === user.socket && !user.closed, "a callback of a closed socket");
				user.window = count;
				user.told = true;
				if (below(2)) user.write();
			},
			onError() {
				check(!user.closed, "an error of a closed socket");
				user.socket.close();
				user.closed = true;
			},
		});
	}
}

let faulty = false;

function check(holds: boolean, fault: string): void {
	if (holds || faulty) return;
	faulty = true;
	trace(`${fault}\n`);
}

function checkBytes({ sent, connection }: User): void {
	const { written } = connection;
	check(written.length <= sent.length, "more bytes than were written");
	check(
		written.every((byte, index) => byte === sent[index]),
		"other bytes than were written",
	);
}

const users = Array.from({ length: 1 + below(6) }, () => new User());
/** Connections that the test has let fail. */
const lost = new Set<User>();

for (let step = 0; step < 600 && !faulty; step++) {
	const user = users[below(users.length)] as User;
	const { connection } = user;
	const action = below(20);
	if (action < 8) {
		if (!user.closed) user.write();
	} else if (action < 17) acknowledge(connection);
	else if (action === 17) {
		if (!user.closed && !below(3)) user.move();
	} else if (!below(20)) {
		if (action === 18 && !user.closed) {
			user.socket.close();
			user.closed = true;
		} else if (action === 19) {
			lost.add(user);
			fail(connection);
		}
	}
	// Every callback ends with the output of all that was written in it.
	for (const each of users) output(each.connection);
	for (const each of users)
		check(!each.connection.failed || lost.has(each), `the memory is exceeded: ${memoryInUse()} bytes in use`);
}

for (let progress = true; progress; ) {
	progress = false;
	for (const { connection } of users) {
		if (acknowledge(connection)) progress = true;
		output(connection);
	}
}
for (const user of users) {
	checkBytes(user);
	if (lost.has(user)) continue;
	check(user.connection.written.length === user.sent.length, "bytes are missing in the end");
	check(user.connection.closed === user.closed, "it is closed when all is acknowledged");
}
check(memoryInUse() === 0, "memory stays in use");
trace("done\n");
