// biome-ignore-all lint: text of the specification
// biome-ignore-all format: text of the specification
import * as webSocket from "xs-web-socket";

    var client = new webSocket.Client({'host': 'localhost', 'port': 8080});
    client.send({'foo': 'bar'});
    client.on('message', function(message) {
        console.log('Received from web socket: ' + message);
    });
    client.open();
