"""A peer of the device for one connection, based on Python's websockets.

`peer.py connect URL` or `peer.py listen`, with `--protocol NAME` for each subprotocol, and `--certificate FILE` for
a server with TLS: a file in PEM with certificate, chain and key. It reads commands from standard input and writes events to standard output. Each is a line of JSON: an object with one key. A message
is a string, or {"base64": ...} if it is binary.
"""

import argparse
import asyncio
import base64
import json
import ssl
import sys

import websockets

# Larger than the library's default limit, for tests with large messages.
LONGEST = 1 << 24


def emit(event, value):
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


async def execute(socket, commands):
    """Executes commands until the driver ends."""
    async for line in commands:
        ((command, value),) = json.loads(line).items()
        if command == "send":
            await socket.send(from_wire(value))
        elif command == "fragments":
            await socket.send([from_wire(fragment) for fragment in value])
        elif command == "ping":
            pong = await socket.ping(value)
            await pong
            emit("pong", value)
        elif command == "close" and value:
            await socket.close(value["code"], value["reason"])
        elif command == "close":
            await socket.close()
        elif command == "abort":
            socket.transport.abort()
        else:
            raise ValueError(f"Unknown command: {command}")


async def listen(socket):
    try:
        while True:
            emit("message", to_wire(await socket.recv()))
    except websockets.ConnectionClosed:
        emit("closed", {"code": socket.close_code, "reason": socket.close_reason})


async def converse(socket, commands):
    """Runs until the connection or the driver has ended."""
    emit("open", socket.subprotocol or "")
    listening = asyncio.ensure_future(listen(socket))
    executing = asyncio.ensure_future(execute(socket, commands))
    done, _ = await asyncio.wait({listening, executing}, return_when=asyncio.FIRST_COMPLETED)
    if listening not in done:
        executing.result()
    executing.cancel()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["connect", "listen"])
    parser.add_argument("url", nargs="?")
    parser.add_argument("--protocol", action="append")
    parser.add_argument("--certificate")
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

    if options.certificate:
        settings["ssl"] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        settings["ssl"].load_cert_chain(options.certificate)

    async with websockets.serve(handle, "127.0.0.1", 0, **settings) as server:
        emit("listening", next(iter(server.sockets)).getsockname()[1])
        await ended


asyncio.run(main())
