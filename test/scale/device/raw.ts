/** Echoes every byte over TCP, without WebSocket: the minimum round trip time. Traces "port N". */
import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";

function echo(from: TCP): void {
	new TCP({
		from,
		nodelay: true,
		onReadable(count): void {
			this.write(this.read(count));
		},
		onError(): void {
			this.close();
		},
	});
}

const listener = new Listener({
	port: 0,
	onReadable(requests): void {
		for (let request = 0; request < requests; request++) {
			const from = this.read();
			if (from) echo(from);
		}
	},
});
trace(`port ${listener.port}\n`);
