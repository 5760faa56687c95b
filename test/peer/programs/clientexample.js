// biome-ignore-all lint: the words of the specification
// biome-ignore-all format: the words of the specification
import config from "mc/config";
import * as webSocket from "xs-web-socket";

const console = { log: (text) => trace(`${text}\n`) };

	var client = new webSocket.Client({'host': 'localhost', 'port': config.port});
	client.send({'foo': 'bar'});
	client.on('message', function(message) {
		console.log('Received from web socket: ' + message);
	});
	client.open();
