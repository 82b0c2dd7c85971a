package dev.adit.vfiouser;

import static dev.adit.vfiouser.RawClient.access;
import static dev.adit.vfiouser.RawClient.empty;
import static dev.adit.vfiouser.RawClient.irqs;
import static dev.adit.vfiouser.RawClient.map;
import static dev.adit.vfiouser.RawClient.payload;
import static dev.adit.vfiouser.RawClient.unmap;
import static dev.adit.vfiouser.RawClient.words;
import static dev.adit.vfiouser.RawClient.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.vfiouser.RawClient.Message;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.spec.Command;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command, as it should be and as it should not. */
class CommandsTest extends ServerTestCase {
  private static final long MB = 1 << 20;

  static Stream<Arguments> refused() {
    return Stream.of(
        bad("an unknown command", 99, empty(), Libc.EINVAL),
        bad("command 0", 0, empty(), Libc.EINVAL),
        bad("the withdrawn DIRTY_PAGES", 14, payload(16), Libc.EINVAL),
        bad("a second VERSION", Command.VERSION, payload(4), Libc.EINVAL),
        bad("a short DMA_MAP", Command.DMA_MAP, payload(31), Libc.EINVAL),
        bad("a map of nothing", Command.DMA_MAP, map(3, 0, 0x1000, 0), Libc.EINVAL),
        bad("a map that wraps", Command.DMA_MAP, map(3, 0, -4096, 8192), Libc.EINVAL),
        bad("a map without access", Command.DMA_MAP, map(0, 0, 0, 4096), Libc.EINVAL),
        bad("an unknown map flag", Command.DMA_MAP, map(0x13, 0, 0, 4096), Libc.EINVAL),
        bad("mmap without a file", Command.DMA_MAP, map(7, 0, 0, 4096), Libc.EINVAL),
        bad("calls without a file", Command.DMA_MAP, map(11, 0, 0, 4096), Libc.EINVAL),
        bad("a short DMA_UNMAP", Command.DMA_UNMAP, payload(23), Libc.EINVAL),
        bad("an unmap of nothing", Command.DMA_UNMAP, unmap(0, 0x1000, 0), Libc.EINVAL),
        bad("an unmap that wraps", Command.DMA_UNMAP, unmap(0, -4096, 8192), Libc.EINVAL),
        bad("a dirty bitmap", Command.DMA_UNMAP, unmap(1, 0, 4096), Libc.EINVAL),
        bad("unmap all with a range", Command.DMA_UNMAP, unmap(2, 0, 4096), Libc.EINVAL),
        bad("a short GET_INFO", Command.DEVICE_GET_INFO, payload(15), Libc.EINVAL),
        bad("GET_INFO without room", Command.DEVICE_GET_INFO, words(8, 0, 0, 0), Libc.EINVAL),
        bad("a short REGION_INFO", Command.DEVICE_GET_REGION_INFO, payload(31), Libc.EINVAL),
        bad(
            "no such region",
            Command.DEVICE_GET_REGION_INFO,
            words(32, 0, 9, 0, 0, 0, 0, 0),
            Libc.EINVAL),
        bad(
            "region -1",
            Command.DEVICE_GET_REGION_INFO,
            words(32, 0, -1, 0, 0, 0, 0, 0),
            Libc.EINVAL),
        bad(
            "REGION_INFO without room",
            Command.DEVICE_GET_REGION_INFO,
            words(31, 0, 0, 0, 0, 0, 0, 0),
            Libc.EINVAL),
        bad("a short IO_FDS", Command.DEVICE_GET_REGION_IO_FDS, payload(15), Libc.EINVAL),
        bad(
            "IO_FDS of no region",
            Command.DEVICE_GET_REGION_IO_FDS,
            words(16, 0, 9, 0),
            Libc.EINVAL),
        bad(
            "IO_FDS with a count",
            Command.DEVICE_GET_REGION_IO_FDS,
            words(16, 0, 0, 1),
            Libc.EINVAL),
        bad("a short IRQ_INFO", Command.DEVICE_GET_IRQ_INFO, payload(15), Libc.EINVAL),
        bad("no such index", Command.DEVICE_GET_IRQ_INFO, words(16, 0, 5, 0), Libc.EINVAL),
        bad("a short SET_IRQS", Command.DEVICE_SET_IRQS, payload(19), Libc.EINVAL),
        bad("SET_IRQS of no index", Command.DEVICE_SET_IRQS, irqs(0x21, 5, 0, 1), Libc.EINVAL),
        bad("no such vector", Command.DEVICE_SET_IRQS, irqs(0x21, 2, 40, 1), Libc.EINVAL),
        bad("too many vectors", Command.DEVICE_SET_IRQS, irqs(0x21, 2, 1, 40), Libc.EINVAL),
        bad("vectors that wrap", Command.DEVICE_SET_IRQS, irqs(0x21, 2, 1, -1), Libc.EINVAL),
        bad("two kinds of data", Command.DEVICE_SET_IRQS, irqs(0x23, 2, 0, 1), Libc.EINVAL),
        bad("no data", Command.DEVICE_SET_IRQS, irqs(0x20, 2, 0, 1), Libc.EINVAL),
        bad("two actions", Command.DEVICE_SET_IRQS, irqs(0x31, 2, 0, 1), Libc.EINVAL),
        bad("no action", Command.DEVICE_SET_IRQS, irqs(0x01, 2, 0, 1), Libc.EINVAL),
        bad("an unknown irq flag", Command.DEVICE_SET_IRQS, irqs(0x61, 2, 0, 1), Libc.EINVAL),
        bad("booleans that are missing", Command.DEVICE_SET_IRQS, irqs(0x22, 2, 0, 1), Libc.EINVAL),
        bad("masking what cannot", Command.DEVICE_SET_IRQS, irqs(0x09, 2, 0, 1), Libc.EINVAL),
        bad("disable from a start", Command.DEVICE_SET_IRQS, irqs(0x21, 2, 1, 0), Libc.EINVAL),
        bad("mask of nothing", Command.DEVICE_SET_IRQS, irqs(0x09, 0, 0, 0), Libc.EINVAL),
        bad("an eventfd to mask", Command.DEVICE_SET_IRQS, irqs(0x0c, 0, 0, 1), Libc.EINVAL),
        bad("de-assign of nothing", Command.DEVICE_SET_IRQS, irqs(0x24, 2, 0, 0), Libc.EINVAL),
        bad("a short read", Command.REGION_READ, payload(15), Libc.EINVAL),
        bad("a read of no region", Command.REGION_READ, access(9, 0, 4), Libc.EINVAL),
        bad("a read of an empty region", Command.REGION_READ, access(5, 0, 1), Libc.EINVAL),
        bad("a read beyond the end", Command.REGION_READ, access(0, MB - 3, 4), Libc.EINVAL),
        bad("a read from far away", Command.REGION_READ, access(0, -1, 1), Libc.EINVAL),
        bad("a read that wraps", Command.REGION_READ, access(0, Long.MAX_VALUE, 4), Libc.EINVAL),
        bad("a huge read", Command.REGION_READ, access(0, 0, -1), Libc.EINVAL),
        bad(
            "a read above the limit",
            Command.REGION_READ,
            access(0, 0, (1 << 20) + 1),
            Libc.EINVAL),
        bad("a short write", Command.REGION_WRITE, payload(15), Libc.EINVAL),
        bad("a write beyond the end", Command.REGION_WRITE, write(0, MB, (byte) 1), Libc.EINVAL),
        bad("a write without its data", Command.REGION_WRITE, access(0, 0, 4), Libc.EINVAL),
        bad("an empty WRITE_MULTI", Command.REGION_WRITE_MULTI, payload(0), Libc.EINVAL),
        bad(
            "a wrong number of writes",
            Command.REGION_WRITE_MULTI,
            payload(32).putLong(2),
            Libc.EINVAL),
        bad(
            "a huge number of writes",
            Command.REGION_WRITE_MULTI,
            payload(32).putLong(-1),
            Libc.EINVAL),
        bad(
            "a number that overflows",
            Command.REGION_WRITE_MULTI,
            payload(32).putLong(0x0aaaaaaaaaaaaaabL),
            Libc.EINVAL),
        bad(
            "a write of 9 bytes",
            Command.REGION_WRITE_MULTI,
            payload(32).putLong(1).putLong(0).putInt(0).putInt(9),
            Libc.EINVAL),
        bad("a short feature", Command.DEVICE_FEATURE, payload(4), Libc.EINVAL),
        bad("migration", Command.DEVICE_FEATURE, words(16, 0x10001, 0, 0), Libc.EINVAL),
        bad("a probe of migration", Command.DEVICE_FEATURE, words(8, 0x50001), Libc.EINVAL),
        bad("a device state", Command.DEVICE_FEATURE, words(16, 0x20002, 8, 0), Libc.EINVAL),
        bad("dirty logging", Command.DEVICE_FEATURE, words(8, 0x20006), Libc.EINVAL),
        bad("migration data", Command.MIG_DATA_READ, words(8, 4096), Libc.EINVAL),
        bad("migration data written", Command.MIG_DATA_WRITE, words(8, 0), Libc.EINVAL),
        bad("a command of servers", Command.DMA_READ, payload(16), Libc.EINVAL),
        bad("a later command", 19, payload(24), Libc.EINVAL));
  }

  private static Arguments bad(String name, int command, ByteBuffer payload, int errno) {
    return Arguments.of(name, command, payload, errno);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refused(String name, int command, ByteBuffer payload, int errno) {
    try (RawClient client = raw()) {
      Message reply = client.call(command, payload);
      assertThat(reply.isError()).as(name).isTrue();
      assertThat(reply.errno()).isEqualTo(errno);
      assertThat(reply.payload().capacity()).isZero();
      assertThat(client.call(Command.REGION_READ, access(0, 0, 4)).errno()).isZero();
    }
  }

  @Test
  void describesTheDeviceToAClient() {
    try (VfioUserClient client = connect()) {
      assertThat(client.info()).isEqualTo(new VfioUserClient.DeviceSummary(true, true, 9, 5));
      try (ClientRegion bar = client.region(0);
          ClientRegion writeOnly = client.region(2);
          ClientRegion none = client.region(5)) {
        assertThat(bar.size()).isEqualTo(MB);
        assertThat(bar.areas()).isEmpty();
        assertThat(writeOnly.readable()).isFalse();
        assertThat(writeOnly.writable()).isTrue();
        assertThat(none.size()).isZero();
      }
      assertThat(client.irq(Irq.INTX)).isEqualTo(Irq.intx());
      assertThat(client.irq(Irq.MSIX)).isEqualTo(Irq.messages(TestDevice.VECTORS));
      assertThat(client.irq(Irq.MSI)).isEqualTo(Irq.none());
      assertThat(client.serverMaxFds()).isEqualTo(16);
      client.reset();
      assertThat(device.resets()).isEqualTo(1);
    }
  }

  @Test
  void aMappedAreaIsTheDevicesMemory() {
    try (VfioUserClient client = connect();
        ClientRegion sparse = client.region(1);
        ClientRegion whole = client.region(4)) {
      assertThat(sparse.areas())
          .containsExactly(new Region.Area(0x1000, 0x1000), new Region.Area(0x3000, 0x1000));
      sparse.map(sparse.areas().get(1)).set(ValueLayout.JAVA_INT, 4, 0x1234);
      assertThat(device.sparse.segment().get(ValueLayout.JAVA_INT, 0x3004)).isEqualTo(0x1234);
      assertThat(whole.areas()).containsExactly(new Region.Area(0, 0x2000));
      whole.map(whole.areas().get(0)).set(ValueLayout.JAVA_INT, 0x1ffc, 5);
      assertThat(device.whole.segment().get(ValueLayout.JAVA_INT, 0x1ffc)).isEqualTo(5);
    }
  }

  @Test
  void capabilitiesThatDoNotFitAreAnnouncedOnly() {
    try (RawClient client = raw()) {
      Message reply = client.call(Command.DEVICE_GET_REGION_INFO, words(32, 0, 1, 0, 0, 0, 0, 0));
      assertThat(reply.payload().capacity()).isEqualTo(32);
      assertThat(reply.payload().getInt(0)).isEqualTo(80);
      assertThat(reply.payload().getInt(12)).isZero();
      assertThat(client.lastFds()).isZero();
    }
  }

  @Test
  void aDoorbellRingsWithoutAMessage() {
    try (VfioUserClient client = connect()) {
      List<ClientDoorbell> bells = client.doorbells(0);
      assertThat(bells).hasSize(1);
      try (ClientDoorbell bell = bells.get(0)) {
        assertThat(bell.offset()).isEqualTo(0x40);
        assertThat(bell.size()).isEqualTo(4);
        bell.ring();
        assertThat(device.bell.await(10_000)).isEqualTo(1);
      }
      assertThat(client.doorbells(1)).isEmpty();
    }
    try (RawClient client = raw()) {
      Message reply = client.call(Command.DEVICE_GET_REGION_IO_FDS, words(16, 0, 0, 0));
      assertThat(reply.payload().getInt(0)).isEqualTo(56);
      assertThat(reply.payload().capacity()).isEqualTo(16);
    }
  }

  @Test
  void readsAndWritesOfAllSizesArrive() {
    try (VfioUserClient client = connect();
        Arena arena = Arena.ofConfined()) {
      for (int width : new int[] {1, 2, 4, 8}) {
        client.write(0, 0x100 + width, width, 0x1122334455667788L);
        long mask = width == 8 ? -1L : (1L << (8 * width)) - 1;
        assertThat(client.read(0, 0x100 + width, width)).isEqualTo(0x1122334455667788L & mask);
      }
      MemorySegment all = arena.allocate(MB);
      for (long i = 0; i < MB; i += 8) {
        all.set(ValueLayout.JAVA_LONG, i, i * 0x9e3779b97f4a7c15L);
      }
      client.write(0, 0, all);
      MemorySegment back = arena.allocate(MB);
      client.read(0, 0, back);
      assertThat(back.mismatch(all)).isEqualTo(-1);
      client.post(0, 16, 4, 77);
      assertThat(client.read(0, 16, 4)).isEqualTo(77);
      client.writeMulti(
          List.of(
              new VfioUserClient.Write(0, 32, 4, 1),
              new VfioUserClient.Write(0, 34, 2, 2),
              new VfioUserClient.Write(3, 0, 8, 3)));
      assertThat(client.read(0, 32, 4)).isEqualTo(0x20001);
    }
  }

  @Test
  void anErrorReplyBecomesAnException() {
    try (VfioUserClient client = connect()) {
      assertThatThrownBy(() -> client.read(0, 1L << 40, 4))
          .isInstanceOfSatisfying(
              VfioUserException.class, e -> assertThat(e.errno()).isEqualTo(Libc.EINVAL));
      assertThat(client.command(Command.DEVICE_RESET, MemorySegment.NULL).byteSize()).isZero();
    }
  }

  @Test
  void aDeviceThatThrowsIsAnsweredForAndReported() {
    device.run =
        () -> {
          throw new IllegalStateException("a mistake");
        };
    try (RawClient client = raw()) {
      Message reply = client.call(Command.REGION_WRITE, write(0, TestDevice.RUN, (byte) 1));
      assertThat(reply.errno()).isEqualTo(Libc.EIO);
      assertThat(events).contains(ServerEvents.Kind.DEVICE_FAILED);
      assertThat(client.call(Command.REGION_READ, access(0, 0, 4)).errno()).isZero();
    }
  }
}
