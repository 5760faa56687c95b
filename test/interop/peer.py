"""A peer of the device, played by Python's websockets, for one connection.

`peer.py connect URL` or `peer.py listen`, with `--protocol NAME` for each subprotocol. Commands come on
standard input and events go to standard output, each as a line of JSON: an object with one key. A message is
a string, or {"base64": ...} for a binary one.
"""

import argparse
import asyncio
import base64
import json
import sys

import websockets

# More than the library's own limit, so that the tests may send what they like.
LONGEST = 1 << 24


def tell(event, value):
    print(json.dumps({event: value}), flush=True)


def to_wire(message):
    if isinstance(message, str):
        return message
    return {"base64": base64.b64encode(message).decode()}


def from_wire(wire):
    return wire if isinstance(wire, str) else base64.b64decode(wire["base64"])


async def read_commands():
    commands = asyncio.StreamReader(limit=2 * LONGEST)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    return commands


async def obey(socket, commands):
    """Does what it is told, until the driver ends."""
    async for line in commands:
        ((command, value),) = json.loads(line).items()
        if command == "send":
            await socket.send(from_wire(value))
        elif command == "fragments":
            await socket.send([from_wire(fragment) for fragment in value])
        elif command == "ping":
            pong = await socket.ping(value)
            await pong
            tell("pong", value)
        elif command == "close" and value:
            await socket.close(value["code"], value["reason"])
        elif command == "close":
            await socket.close()
        elif command == "abort":
            socket.transport.abort()
        else:
            raise ValueError(f"There is no command {command}.")


async def listen(socket):
    try:
        while True:
            tell("message", to_wire(await socket.recv()))
    except websockets.ConnectionClosed:
        tell("closed", {"code": socket.close_code, "reason": socket.close_reason})


async def converse(socket, commands):
    """Ends when the connection or the driver has ended."""
    tell("open", socket.subprotocol or "")
    listening = asyncio.ensure_future(listen(socket))
    obeying = asyncio.ensure_future(obey(socket, commands))
    done, _ = await asyncio.wait({listening, obeying}, return_when=asyncio.FIRST_COMPLETED)
    if listening not in done:
        obeying.result()
    obeying.cancel()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["connect", "listen"])
    parser.add_argument("url", nargs="?")
    parser.add_argument("--protocol", action="append")
    options = parser.parse_args()
    settings = {"max_size": LONGEST, "subprotocols": options.protocol}
    commands = await read_commands()

    if options.role == "connect":
        async with websockets.connect(options.url, **settings) as socket:
            await converse(socket, commands)
        return

    ended = asyncio.get_running_loop().create_future()

    async def handle(socket):
        try:
            await converse(socket, commands)
            ended.set_result(None)
        except Exception as error:
            ended.set_exception(error)

    async with websockets.serve(handle, "127.0.0.1", 0, **settings) as server:
        tell("listening", next(iter(server.sockets)).getsockname()[1])
        await ended


asyncio.run(main())
