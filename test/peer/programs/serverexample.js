// biome-ignore-all lint: the words of the specification
// biome-ignore-all format: the words of the specification
import * as webSocket from "xs-web-socket";

const console = { log: (text) => trace(`${text}\n`) };

	function onListening() {
		console.log(`listening on port ${server.port}`);
	}

	function onConnection(socket) {
		socket.on('message', function(message) {
			console.log(message);
			socket.send('Reply message');
		});
	}

	var server = new webSocket.Server({'port': 0});
	server.on('listening', onListening);
	server.on('connection', onConnection);
	server.start();
