package dev.adit.vfiouser;

import static dev.adit.vfiouser.RawClient.access;
import static dev.adit.vfiouser.RawClient.empty;
import static dev.adit.vfiouser.RawClient.map;
import static dev.adit.vfiouser.RawClient.message;
import static dev.adit.vfiouser.RawClient.payload;
import static dev.adit.vfiouser.RawClient.unmap;
import static dev.adit.vfiouser.RawClient.words;
import static dev.adit.vfiouser.RawClient.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.vfiouser.RawClient.Message;
import dev.adit.vfiouser.example.SumDevice;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.posix.Sockets;
import dev.adit.vfiouser.spec.Command;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.wire.Inbox;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What hostile or clumsy clients do; each case brought down or leaked in another server once. */
class AbuseTest extends ServerTestCase {
  @Test
  void aHeaderInTwoSendsIsPutTogether() {
    try (RawClient client = raw()) {
      byte[] read = message(1, Command.REGION_READ, 0, access(0, 0, 4));
      client.send(Arrays.copyOf(read, 5));
      client.send(Arrays.copyOfRange(read, 5, read.length));
      assertThat(client.receive().errno()).isZero();
    }
  }

  @Test
  void fdsThatComeWithPiecesOfAHeaderAreClosed() {
    try (RawClient client = raw();
        Eventfd eventfd = new Eventfd()) {
      long open = open();
      int[] fds = new int[16];
      Arrays.fill(fds, eventfd.fd());
      byte[] info = message(1, Command.DEVICE_GET_INFO, 0, words(16, 0, 0, 0));
      for (int i = 0; i < 3; i++) {
        client.send(Arrays.copyOfRange(info, i * 4, i * 4 + 4), fds);
      }
      client.send(Arrays.copyOfRange(info, 12, info.length));
      assertThat(client.receive().errno()).isZero();
      eventually(() -> open() == open);
    }
  }

  @Test
  void fdsOfAMessageThatNeverEndsAreClosedWithTheConnection() {
    long open = open();
    try (RawClient client = raw();
        Eventfd eventfd = new Eventfd()) {
      client.send(new byte[] {1, 0, 2, 0}, eventfd.fd(), eventfd.fd());
    }
    eventually(() -> open() == open);
  }

  @Test
  void aMegabyteInPiecesIsOneWrite() {
    try (RawClient client = raw()) {
      byte[] data = new byte[1 << 20];
      Arrays.fill(data, (byte) 9);
      byte[] whole = message(1, Command.REGION_WRITE, 0, write(0, 0, data));
      client.send(Arrays.copyOf(whole, 20));
      client.send(Arrays.copyOfRange(whole, 20, 100_000));
      client.send(Arrays.copyOfRange(whole, 100_000, 100_001));
      client.send(Arrays.copyOfRange(whole, 100_001, whole.length));
      assertThat(client.receive().errno()).isZero();
      Message end = client.call(Command.REGION_READ, access(0, (1 << 20) - 4, 4));
      assertThat(end.payload().getInt(16)).isEqualTo(0x09090909);
    }
  }

  @Test
  void aSizeThatCannotBeEndsTheConnection() {
    for (int size : new int[] {0, 15, -1, Integer.MIN_VALUE, Inbox.MAX_MESSAGE + 1}) {
      try (RawClient client = raw()) {
        byte[] bytes = message(1, Command.REGION_READ, 0, access(0, 0, 4));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(Header.LENGTH, size);
        client.send(bytes);
        assertThat(client.ends()).as("size %d", size).isTrue();
      }
      eventually(() -> events.contains(ServerEvents.Kind.DETACHED));
      events.clear();
    }
  }

  @Test
  void hundredsOfFdsOnACommandThatWantsNoneAreClosed() {
    try (RawClient client = raw();
        Eventfd eventfd = new Eventfd()) {
      long open = open();
      int[] fds = new int[16];
      Arrays.fill(fds, eventfd.fd());
      for (int i = 0; i < 20; i++) {
        assertThat(client.call(Command.DEVICE_GET_INFO, words(16, 0, 0, 0), fds).errno()).isZero();
      }
      eventually(() -> open() == open);
    }
  }

  @Test
  void aMapBeyondTheEndOfItsFileIsRefused() {
    try (RawClient client = raw();
        SharedMemory memory = SharedMemory.allocate(0x2000)) {
      long open = open();
      for (ByteBuffer bad :
          new ByteBuffer[] {
            map(3, 0, 0, 0x2001),
            map(3, 0x1001, 0, 0x1000),
            map(3, -1, 0, 0x1000),
            map(3, Long.MAX_VALUE, 0, 0x1000),
            map(3, 0, 0x1000, Long.MAX_VALUE),
            map(15, 0, 0, 0x1000)
          }) {
        assertThat(client.call(Command.DMA_MAP, bad, memory.fd()).errno()).isEqualTo(Libc.EINVAL);
      }
      assertThat(client.call(Command.DMA_MAP, map(3, 0, 0, 4096), memory.fd(), memory.fd()).errno())
          .isEqualTo(Libc.EINVAL);
      eventually(() -> open() == open);
      // Neither whole pages nor aligned, and fine.
      assertThat(client.call(Command.DMA_MAP, map(3, 0x1001, 0x777, 0xfff), memory.fd()).errno())
          .isZero();
    }
  }

  @Test
  void whatIsNoMemoryIsRefused() {
    try (RawClient client = raw();
        Eventfd eventfd = new Eventfd()) {
      assertThat(client.call(Command.DMA_MAP, map(3, 0, 0, 8), eventfd.fd()).errno())
          .isEqualTo(Libc.EINVAL);
      int socket = Sockets.socket();
      assertThat(client.call(Command.DMA_MAP, map(3, 0, 0, 8), socket).errno())
          .isEqualTo(Libc.EINVAL);
      OpenFiles.close(socket);
    }
  }

  @Test
  void anOverlappingOrIdenticalMapIsRefused() {
    try (RawClient client = raw();
        SharedMemory memory = SharedMemory.allocate(0x4000)) {
      assertThat(client.call(Command.DMA_MAP, map(3, 0, 0x1000, 0x2000), memory.fd()).errno())
          .isZero();
      for (long[] range :
          new long[][] {
            {0x1000, 0x2000}, {0x2fff, 1}, {0x1000, 1}, {0, 0x1001}, {0x1800, 8}, {0, 0x4000}
          }) {
        assertThat(client.call(Command.DMA_MAP, map(3, 0, range[0], range[1]), memory.fd()).errno())
            .isEqualTo(Libc.EEXIST);
      }
      assertThat(client.call(Command.DMA_MAP, map(1, 0, 0x3000, 0x1000), memory.fd()).errno())
          .isZero();
      assertThat(client.call(Command.DMA_MAP, map(1, 0, 0, 0x1000)).errno()).isZero();
      assertThat(client.call(Command.DMA_UNMAP, unmap(2, 0, 0)).errno()).isZero();
      assertThat(client.call(Command.DMA_MAP, map(3, 0, 0x1000, 0x2000), memory.fd()).errno())
          .isZero();
    }
  }

  @Test
  void anErrorOfAPostedCommandIsSilent() {
    try (RawClient client = raw()) {
      client.send(message(1, 77, Header.NO_REPLY, empty()));
      client.send(message(2, Command.REGION_READ, Header.NO_REPLY, access(0, 0, 4)));
      client.send(message(3, Command.REGION_READ, 0, access(0, 0, 4)));
      assertThat(client.receive().id()).isEqualTo(3);
    }
  }

  @Test
  void aReplyThatNobodyAskedForIsDropped() {
    try (RawClient client = raw();
        Eventfd eventfd = new Eventfd()) {
      long open = open();
      client.send(message(1, Command.DMA_READ, Header.TYPE_REPLY, payload(100)), eventfd.fd());
      assertThat(client.call(Command.REGION_READ, access(0, 0, 4)).errno()).isZero();
      eventually(() -> open() == open);
    }
  }

  @Test
  void nothingIsDoneBeforeVersion() {
    try (RawClient client = new RawClient(path);
        SharedMemory memory = SharedMemory.allocate(4096)) {
      assertThat(client.call(Command.DMA_MAP, map(3, 0, 0, 4096), memory.fd()).errno())
          .isEqualTo(Libc.EINVAL);
      assertThat(client.call(Command.DEVICE_RESET, empty()).errno()).isEqualTo(Libc.EINVAL);
      assertThat(device.resets()).isZero();
      assertThat(client.version("{}").errno()).isZero();
    }
  }

  @Test
  void aVersionThatMakesNoSenseIsRefused() {
    for (String json :
        new String[] {
          "",
          "{",
          "[]",
          "{}x",
          "{}{}",
          "{\"capabilities\":1}",
          "{\"capabilities\":{\"max_msg_fds\":-1}}",
          "{\"capabilities\":{\"max_msg_fds\":\"4\"}}",
          "{\"capabilities\":{\"max_msg_fds\":1e400}}",
          "{\"capabilities\":{\"max_msg_fds\":99999999999999999999999999}}",
          "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}",
          "{\"a\":\"" + "x".repeat(5000) + "\"}",
          "{\"capabilities\":{\"max_data_xfer_size\":1.5}}"
        }) {
      try (RawClient client = new RawClient(path)) {
        assertThat(client.version(json).errno()).as(json).isEqualTo(Libc.EINVAL);
      }
    }
    try (RawClient client = new RawClient(path)) {
      ByteBuffer unended = payload(6).putInt(0).put((byte) '{').put((byte) '}');
      assertThat(client.call(Command.VERSION, unended).errno()).isEqualTo(Libc.EINVAL);
      ByteBuffer major = payload(4).putShort((short) 1);
      assertThat(client.call(Command.VERSION, major).errno()).isEqualTo(Libc.EINVAL);
      assertThat(client.call(Command.VERSION, payload(3)).errno()).isEqualTo(Libc.EINVAL);
      Message plain =
          client.call(Command.VERSION, payload(4).putShort(0, (short) 0).putShort(2, (short) 9));
      assertThat(plain.errno()).isZero();
      assertThat(plain.payload().getShort(2)).isEqualTo((short) 1);
      assertThat(plain.payload().capacity()).isEqualTo(4);
    }
  }

  @Test
  void aClientThatSaysNothingIsSentAway() {
    serveImpatiently();
    try (RawClient silent = new RawClient(path)) {
      assertThat(silent.ends()).isTrue();
      assertThat(events).contains(ServerEvents.Kind.SILENT);
    }
  }

  @Test
  void quotasHold() {
    server.close();
    ServerOptions few = options().withMaxMappings(3);
    server = VfioUserServer.serve(loops, path, few, bus -> new SumDevice(bus));
    try (RawClient client = raw()) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.call(Command.DMA_MAP, map(3, 0, i * 4096L, 4096)).errno()).isZero();
      }
      assertThat(client.call(Command.DMA_MAP, map(3, 0, 3 * 4096L, 4096)).errno())
          .isEqualTo(Libc.ENOSPC);
    }
  }

  @Test
  void moreFilesThanAllowedAreRefusedAndClosed() {
    try (RawClient client = raw()) {
      int refused = 0;
      for (int i = 0; i < 70; i++) {
        try (SharedMemory memory = unsealed(4096)) {
          int errno = client.call(Command.DMA_MAP, map(3, 0, i * 4096L, 4096), memory.fd()).errno();
          refused += errno == Libc.ENOSPC ? 1 : 0;
        }
      }
      assertThat(refused).isEqualTo(70 - 64);
    }
  }

  @Test
  void eventsAreLimitedInNumber() {
    try (RawClient client = raw()) {
      for (int i = 0; i < 5000; i++) {
        client.send(message(i, 77, Header.NO_REPLY, empty()));
      }
      client.call(Command.REGION_READ, access(0, 0, 4));
      assertThat(events.size()).isBetween(2, 2000);
    }
  }

  @Test
  void aHugeFileIsNoReasonToFail() {
    try (RawClient client = raw()) {
      int fd = OpenFiles.memory("huge");
      assertThat(OpenFiles.truncate(fd, 1L << 62)).isZero();
      OpenFiles.fcntl(fd, OpenFiles.F_ADD_SEALS, OpenFiles.F_SEAL_SHRINK);
      int errno = client.call(Command.DMA_MAP, map(3, 0, 0, 4096), fd).errno();
      assertThat(errno).isEqualTo(Libc.ENOMEM);
      OpenFiles.close(fd);
      assertThat(client.call(Command.REGION_READ, access(0, 0, 4)).errno()).isZero();
    }
  }
}
