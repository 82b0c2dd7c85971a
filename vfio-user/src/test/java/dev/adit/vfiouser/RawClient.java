package dev.adit.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.vfiouser.posix.Eventfds;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.posix.Sockets;
import dev.adit.vfiouser.spec.Command;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.wire.Fds;
import dev.adit.vfiouser.wire.Inbox;
import dev.adit.vfiouser.wire.Outbox;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** A client that sends any bytes it likes, in any pieces. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE = 60_000;

  /** What QEMU 11.1.3 says of itself. */
  static final String QEMU =
      "{\"capabilities\":{\"pgsizes\":4096,\"max_msg_fds\":16,\"max_dma_maps\":65535,"
          + "\"max_data_xfer_size\":1048576,\"migration\":{\"pgsize\":4096,"
          + "\"max_bitmap_size\":268435456},\"write_multiple\":true}}";

  private final Arena arena = Arena.ofShared();
  private final Outbox outbox = new Outbox(arena, Inbox.MAX_MESSAGE);
  private final Inbox inbox = new Inbox(arena);
  private final int fd;
  private ByteBuffer received = ByteBuffer.allocate(0);
  private boolean closed;
  private int lastFds;

  /** A reply or command of the server. */
  record Message(int id, int command, int flags, int errno, ByteBuffer payload) {
    boolean isError() {
      return (flags & Header.ERROR) != 0;
    }
  }

  /** The other end: a server that does what it likes. */
  RawClient(int accepted) {
    fd = accepted;
  }

  RawClient(Path path) {
    fd = Libc.check("socket", Sockets.socket());
    int result = Sockets.connect(fd, path, Duration.ofSeconds(60));
    if (result < 0) {
      close();
    }
    assertThat(result).as("connect").isZero();
  }

  /** {@return a client that has said VERSION} */
  static RawClient negotiated(Path path) {
    RawClient client = new RawClient(path);
    try {
      assertThat(client.version(QEMU).errno()).isZero();
      return client;
    } catch (AssertionError e) {
      client.close();
      throw e;
    }
  }

  Message version(String json) {
    byte[] text = (json + "\0").getBytes(StandardCharsets.US_ASCII);
    return call(Command.VERSION, payload(4 + text.length).putInt(0).put(text));
  }

  static ByteBuffer payload(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] message(int id, int command, int flags, ByteBuffer payload) {
    return payload(Header.SIZE + payload.capacity())
        .putShort((short) id)
        .putShort((short) command)
        .putInt(Header.SIZE + payload.capacity())
        .putInt(flags)
        .putInt(0)
        .put(payload.duplicate().rewind().limit(payload.capacity()))
        .array();
  }

  void send(byte[] bytes, int... fds) {
    int sent = trySend(bytes, fds);
    assertThat(sent).isEqualTo(bytes.length);
  }

  /** {@return how many bytes went out before the other side took no more} */
  int trySend(byte[] bytes, int... fds) {
    int sent = 0;
    while (sent < bytes.length) {
      int count = Math.min(bytes.length - sent, Inbox.MAX_MESSAGE);
      MemorySegment.copy(bytes, sent, outbox.buffer, ValueLayout.JAVA_BYTE, 0, count);
      int result = outbox.send(fd, outbox.buffer, count, sent == 0 ? fds : new int[0]);
      if (result > 0) {
        sent += result;
      } else if (result != -Libc.EAGAIN || !Eventfds.writable(fd, 1000)) {
        break;
      }
    }
    return sent;
  }

  /** {@return what the socket took without waiting, or the negated errno} */
  int sendNow(byte[] bytes) {
    MemorySegment.copy(bytes, 0, outbox.buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return outbox.send(fd, outbox.buffer, bytes.length, new int[0]);
  }

  Message call(int command, ByteBuffer payload, int... fds) {
    send(message(7, command, 0, payload), fds);
    Message reply = receive();
    assertThat(reply.command).isEqualTo(command);
    assertThat(reply.id).isEqualTo(7);
    return reply;
  }

  void reply(Message to, int errno, ByteBuffer payload) {
    int flags = Header.TYPE_REPLY | (errno == 0 ? 0 : Header.ERROR);
    byte[] bytes = message(to.id, to.command, flags, payload);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(Header.ERRNO, errno);
    send(bytes);
  }

  Message receive() {
    while (received.remaining() < Header.SIZE || received.remaining() < size()) {
      assertThat(pull()).as("the connection is alive").isTrue();
    }
    ByteBuffer message = received.slice(0, size()).order(ByteOrder.LITTLE_ENDIAN);
    received.position(size());
    received = received.slice().order(ByteOrder.LITTLE_ENDIAN);
    return new Message(
        Short.toUnsignedInt(message.getShort(Header.ID)),
        Short.toUnsignedInt(message.getShort(Header.COMMAND)),
        message.getInt(Header.FLAGS),
        message.getInt(Header.ERRNO),
        message
            .slice(Header.SIZE, message.capacity() - Header.SIZE)
            .order(ByteOrder.LITTLE_ENDIAN));
  }

  private int size() {
    return received.getInt(Header.LENGTH);
  }

  private boolean pull() {
    assertThat(Eventfds.readable(fd, PATIENCE) || hungUp()).as("something comes").isTrue();
    int count = inbox.receive(fd, 0);
    Fds.of(inbox).close();
    lastFds = inbox.fdCount;
    if (count <= 0) {
      return false;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(received.array(), received.arrayOffset(), received.remaining());
    all.writeBytes(inbox.buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
    received = ByteBuffer.wrap(all.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    return true;
  }

  /** {@return how many fds the last receive brought} */
  int lastFds() {
    return lastFds;
  }

  private boolean hungUp() {
    return inbox.receive(fd, 0) == 0;
  }

  /** Throws away what has come. */
  void drain() {
    int count;
    do {
      count = inbox.receive(fd, 0);
      Fds.of(inbox).close();
    } while (count > 0);
  }

  /** {@return the bytes that one receive call gives, at most so many; the rest is lost} */
  byte[] oneReceive() {
    assertThat(Eventfds.readable(fd, PATIENCE)).isTrue();
    int count = inbox.receive(fd, 0);
    Fds.of(inbox).close();
    return inbox.buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
  }

  /** {@return whether the server ends the connection} */
  boolean ends() {
    while (true) {
      if (!Eventfds.readable(fd, PATIENCE)) {
        return hungUp();
      }
      int count = inbox.receive(fd, 0);
      if (count <= 0) {
        return count == 0 || count == -Libc.ECONNRESET;
      }
    }
  }

  /** {@return whether something comes within a time} */
  boolean comes(int milliseconds) {
    return received.remaining() > 0 || Eventfds.readable(fd, milliseconds);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      OpenFiles.close(fd);
      arena.close();
    }
  }

  // Payloads that tests send a lot.

  static ByteBuffer access(int region, long offset, int count) {
    return payload(16).putLong(offset).putInt(region).putInt(count);
  }

  static ByteBuffer write(int region, long offset, byte... data) {
    return payload(16 + data.length).putLong(offset).putInt(region).putInt(data.length).put(data);
  }

  static ByteBuffer map(int flags, long offset, long address, long length) {
    return payload(32).putInt(32).putInt(flags).putLong(offset).putLong(address).putLong(length);
  }

  static ByteBuffer unmap(int flags, long address, long length) {
    return payload(24).putInt(24).putInt(flags).putLong(address).putLong(length);
  }

  static ByteBuffer irqs(int flags, int index, int start, int count) {
    return payload(20).putInt(20).putInt(flags).putInt(index).putInt(start).putInt(count);
  }

  static ByteBuffer empty() {
    return payload(0);
  }

  /** Numbers as a payload. */
  static ByteBuffer words(int... words) {
    ByteBuffer buffer = payload(4 * words.length);
    for (int word : words) {
      buffer.putInt(word);
    }
    return buffer;
  }
}
