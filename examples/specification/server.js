// biome-ignore-all lint: text of the specification
// biome-ignore-all format: text of the specification
import * as WebSocket from "xs-web-socket";

   var server = new WebSocket.Server({'port':8082});
   server.on('listening', onListening);
   server.on('connection', onConnection);
   server.start();

  server.on('connection', function(socket) {
      socket.on('message', function(message) {
          console.log(message);
          socket.send('Reply message');
      });
   });

// The specification describes these two handlers without defining them.
function onListening() {
	console.log(`listening on port ${server.port}`);
}

function onConnection(socket) {
	console.log(`connection from ${socket.remoteAddress}`);
}
