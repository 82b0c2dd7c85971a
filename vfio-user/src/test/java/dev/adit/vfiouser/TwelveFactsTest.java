package dev.adit.vfiouser;

import static dev.adit.vfiouser.RawClient.access;
import static dev.adit.vfiouser.RawClient.empty;
import static dev.adit.vfiouser.RawClient.irqs;
import static dev.adit.vfiouser.RawClient.map;
import static dev.adit.vfiouser.RawClient.message;
import static dev.adit.vfiouser.RawClient.payload;
import static dev.adit.vfiouser.RawClient.unmap;
import static dev.adit.vfiouser.RawClient.words;
import static dev.adit.vfiouser.RawClient.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.vfiouser.DmaSpace.Access;
import dev.adit.vfiouser.RawClient.Message;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.spec.Command;
import dev.adit.vfiouser.spec.Header;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The facts about real clients that the design rests on, one test each. */
class TwelveFactsTest extends ServerTestCase {
  @Override
  ServerOptions options() {
    return super.options().withDmaTimeout(Duration.ofSeconds(2));
  }

  @Test
  void fact01UnmapIsARangeAndDropsWhatLiesWithin() {
    try (RawClient client = raw();
        SharedMemory memory = SharedMemory.allocate(1 << 16);
        DmaView view = server.dma().view()) {
      for (int i = 0; i < 4; i++) {
        Message reply =
            client.call(Command.DMA_MAP, map(3, 0, 0x10000 + i * 0x2000L, 0x1000), memory.fd());
        assertThat(reply.errno()).isZero();
      }
      // Reaches into the last page, which stays.
      Message some = client.call(Command.DMA_UNMAP, unmap(0, 0, 0x16800));
      assertThat(some.errno()).isZero();
      assertThat(some.payload()).isEqualTo(unmap(0, 0, 0x16800).rewind());
      assertThat(resolves(view, 0x10000)).isFalse();
      assertThat(resolves(view, 0x14000)).isFalse();
      assertThat(resolves(view, 0x16000)).isTrue();
      // Power-of-two chunks up to 2^47 that cover nothing.
      for (int order = 12; order <= 47; order++) {
        Message none = client.call(Command.DMA_UNMAP, unmap(0, 1L << order, 1L << order));
        assertThat(none.errno()).isZero();
      }
      assertThat(resolves(view, 0x16000)).isFalse();
      assertThat(client.call(Command.DMA_MAP, map(3, 0, 0x10000, 0x8000), memory.fd()).errno())
          .isZero();
    }
  }

  private static boolean resolves(DmaView view, long address) {
    view.begin();
    long run = view.resolve(address, 1, Access.READ);
    view.end();
    return run == 1;
  }

  @Test
  void fact02AReplyDoesNotWaitForeverForADmaMessage() {
    MemorySegment into = Arena.ofAuto().allocate(64);
    try (RawClient client = raw();
        DmaView view = server.dma().view()) {
      client.call(Command.DMA_MAP, map(3, 0, 0x1000, 0x1000));
      device.run =
          () -> {
            view.begin();
            view.read(0x1000, into, 0, 64);
            view.end();
          };
      byte[] run = message(1, Command.REGION_WRITE, 0, write(0, TestDevice.RUN, (byte) 1));
      client.send(run);
      assertThat(client.receive().command()).isEqualTo(Command.DMA_READ);
      assertThat(client.receive().command()).isEqualTo(Command.REGION_WRITE);
      // The server has learnt that this client answers nothing while it waits, as QEMU does.
      client.send(run);
      assertThat(client.receive().command()).isEqualTo(Command.REGION_WRITE);
      // An engine of its own thread works all the same.
      CompletableFuture<Long> engine =
          CompletableFuture.supplyAsync(() -> device.bus.dma().view().read(0x1000, into, 0, 64));
      Message read = client.receive();
      assertThat(read.command()).isEqualTo(Command.DMA_READ);
      client.reply(read, 0, payload(80).putLong(0x1000).putLong(64).put(new byte[64]));
      assertThat(engine.join()).isEqualTo(64);
    }
  }

  @Test
  void fact03AReplyLeavesInOnePieceWithItsFdsOnTheFirstByte() {
    try (RawClient client = raw()) {
      client.send(message(1, Command.DEVICE_GET_REGION_INFO, 0, words(80, 0, 1, 0, 0, 0, 0, 0)));
      assertThat(client.receive().payload().capacity()).isEqualTo(80);
      assertThat(client.lastFds()).isEqualTo(1);
      client.send(message(1, Command.DEVICE_GET_REGION_INFO, 0, words(32, 0, 4, 0, 0, 0, 0, 0)));
      assertThat(client.oneReceive()).hasSize(48);
    }
  }

  @Test
  void fact04TheVersionReplyIsNotLongerThanTheRequest() {
    int qemu = RawClient.QEMU.length() + 1;
    for (String request : new String[] {RawClient.QEMU, "{\"capabilities\":{}}", "{}"}) {
      try (RawClient client = new RawClient(path)) {
        Message reply = client.version(request);
        assertThat(reply.errno()).isZero();
        assertThat(reply.payload().capacity()).isLessThanOrEqualTo(4 + request.length() + 1);
        assertThat(reply.payload().getShort(2)).as("minor, as proposed").isZero();
        String text = StandardCharsets.US_ASCII.decode(reply.payload().position(4)).toString();
        if (request.length() + 1 == qemu) {
          assertThat(text)
              .contains("\"max_msg_fds\":16", "\"max_data_xfer_size\":1048576")
              .contains("\"max_dma_maps\":65535")
              .doesNotContain("write_multiple", "twin_socket")
              .endsWith("\0");
        }
      }
      eventually(() -> events.contains(ServerEvents.Kind.DETACHED));
      events.clear();
    }
  }

  @Test
  void fact05WhatAGuestDoesWrongIsASuccess() {
    try (RawClient client = raw()) {
      Message read = client.call(Command.REGION_READ, access(2, 0, 4));
      assertThat(read.errno()).isZero();
      assertThat(read.payload().getInt(16)).isEqualTo(-1);
      Message wide = client.call(Command.REGION_READ, access(2, 0, 64));
      assertThat(wide.payload().capacity()).isEqualTo(80);
      assertThat(wide.payload().getInt(76)).isEqualTo(-1);
      Message written = client.call(Command.REGION_WRITE, write(3, 0, (byte) 1));
      assertThat(written.errno()).isZero();
      assertThat(written.payload().capacity()).isEqualTo(16);
      assertThat(device.writes()).isZero();
      Message nothing = client.call(Command.REGION_READ, access(0, 0, 0));
      assertThat(nothing.errno()).isZero();
      assertThat(nothing.payload().capacity()).isEqualTo(16);
    }
  }

  @Test
  void fact06AnEngineThatHoldsMemoryDoesNotDelayTheReplyBeyondItsTime() {
    serveImpatiently();
    try (RawClient client = raw();
        SharedMemory memory = SharedMemory.allocate(4096);
        DmaView view = server.dma().view()) {
      client.call(Command.DMA_MAP, map(3, 0, 0, 4096), memory.fd());
      view.begin();
      assertThat(view.resolve(0, 8, Access.WRITE)).isEqualTo(8);
      Message reply = client.call(Command.DMA_UNMAP, unmap(0, 0, 4096));
      assertThat(reply.errno()).isEqualTo(Libc.EBUSY);
      assertThat(events).contains(ServerEvents.Kind.STUCK);
      MemorySegment held = view.segment();
      assertThat(held).isNotNull();
      held.fill((byte) 1); // still there
      view.end();
      assertThat(client.call(Command.REGION_READ, access(0, 0, 4)).errno()).isZero();
    }
  }

  @Test
  void fact07PostedWritesAreDoneBeforeALaterReply() {
    try (RawClient client = raw()) {
      for (int i = 0; i < 5000; i++) {
        client.send(
            message(
                i, Command.REGION_WRITE, Header.NO_REPLY, write(0, 0, (byte) i, (byte) (i >> 8))));
      }
      Message read = client.call(Command.REGION_READ, access(0, 0, 2));
      assertThat(read.payload().getShort(16)).isEqualTo((short) 4999);
      assertThat(device.writes()).isEqualTo(5000);
      // MMAP on any region would stop QEMU from posting, so it is told only of regions that have
      // it.
      Message info = client.call(Command.DEVICE_GET_REGION_INFO, words(32, 0, 0, 0, 0, 0, 0, 0));
      assertThat(info.payload().getInt(4)).isEqualTo(3);
    }
  }

  @Test
  void fact08VectorsComeInChunksAndNothingIsLostInBetween() {
    try (RawClient client = raw();
        Eventfd a = new Eventfd();
        Eventfd b = new Eventfd();
        Eventfd c = new Eventfd()) {
      device.bus.interrupts().signal(Irq.MSIX, 3);
      assertThat(device.bus.interrupts().pending(Irq.MSIX, 3)).isTrue();
      MemorySegment pba = Arena.ofAuto().allocate(8);
      device.bus.interrupts().readPending(Irq.MSIX, 0, pba, 0, 8);
      assertThat(pba.get(java.lang.foreign.ValueLayout.JAVA_LONG, 0)).isEqualTo(8);
      // On growth QEMU disables, then sends chunks that are all-fd or all-empty.
      assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x21, 2, 0, 0)).errno()).isZero();
      assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x24, 2, 0, 2), a.fd(), b.fd()).errno())
          .isZero();
      assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x24, 2, 2, 1)).errno()).isZero();
      assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x24, 2, 3, 1), c.fd()).errno())
          .isZero();
      assertThat(c.await(10_000)).isEqualTo(1);
      assertThat(device.bus.interrupts().pending(Irq.MSIX, 3)).isFalse();
      device.bus.interrupts().signal(Irq.MSIX, 1);
      assertThat(b.await(10_000)).isEqualTo(1);
      assertThat(a.take()).isZero();
    }
  }

  @Test
  void fact09ResetIsAdvertisedAndSixteenFdsAreTakenWhateverWasSaid() {
    try (RawClient client = new RawClient(path)) {
      client.version(
          "{\"capabilities\":{\"max_msg_fds\":1,\"max_data_xfer_size\":1048576,\"migration\":{\"pgsize\":4096}}}");
      // cloud-hypervisor asks with argsz 32.
      Message info = client.call(Command.DEVICE_GET_INFO, words(32, 0, 0, 0));
      assertThat(info.payload().getInt(0)).isEqualTo(16);
      assertThat(info.payload().getInt(4)).isEqualTo(3);
      int[] fds = new int[16];
      try (Eventfd eventfd = new Eventfd()) {
        java.util.Arrays.fill(fds, eventfd.fd());
        assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x24, 2, 0, 16), fds).errno())
            .isZero();
        assertThat(client.call(Command.DEVICE_SET_IRQS, irqs(0x21, 2, 0, 16)).errno()).isZero();
        assertThat(eventfd.await(10_000)).isEqualTo(16);
      }
      assertThat(client.call(Command.DEVICE_RESET, empty()).errno()).isZero();
      assertThat(device.resets()).isEqualTo(1);
    }
  }

  @Test
  void fact10AMemoryFileThatShrinksHarmsNobody() {
    MemorySegment into = Arena.ofAuto().allocate(0x4000);
    try (RawClient client = raw();
        SharedMemory memory = unsealed(0x4000);
        DmaView view = server.dma().view()) {
      memory.segment().fill((byte) 7);
      assertThat(client.call(Command.DMA_MAP, map(3, 0, 0, 0x4000), memory.fd()).errno()).isZero();
      view.begin();
      assertThat(view.resolve(0, 0x4000, Access.READ)).isPositive();
      assertThat(view.segment()).as("not mapped").isNull();
      assertThat(view.read(0, into, 0, 0x4000)).isEqualTo(0x4000);
      assertThat(into.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0x3fff)).isEqualTo((byte) 7);
      OpenFiles.truncate(memory.fd(), 0x1000);
      assertThat(view.read(0, into, 0, 0x4000)).isEqualTo(0x1000);
      assertThat(view.read(0x2000, into, 0, 8)).isZero();
      assertThat(view.write(0, into, 0, 0x1000)).isEqualTo(0x1000);
      view.end();
    }
  }

  @Test
  void fact11ThousandsOfMapsOfOneFileShareOneMapping() throws IOException {
    int pages = 20_000;
    try (VfioUserClient client = connect();
        SharedMemory memory = SharedMemory.allocate(pages * 4096L)) {
      long areas = areas();
      long open = open();
      for (int i = 0; i < pages; i++) {
        client.map(0x100000L + i * 8192L, memory, i * 4096L, 4096, true);
      }
      assertThat(areas()).isLessThan(areas + 100);
      assertThat(open()).isEqualTo(open);
      client.unmap(0, 1L << 40);
      assertThat(areas()).isLessThanOrEqualTo(areas + 100);
    }
  }

  private static long areas() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.count();
    }
  }

  @Test
  void fact12ARegionAccessAllocatesNothing() {
    try (RawClient client = raw()) {
      byte[] write =
          message(1, Command.REGION_WRITE, Header.NO_REPLY, write(0, 8, (byte) 1, (byte) 2));
      byte[] read = message(1, Command.REGION_READ, 0, access(0, 8, 4));
      long allocated = Long.MAX_VALUE;
      for (int block = 0; block < 300 && allocated >= 1000; block++) { // until compiled
        long before = loopAllocated();
        for (int i = 0; i < 5000; i++) {
          client.send(write);
          client.send(read);
          client.oneReceive();
        }
        allocated = loopAllocated() - before;
      }
      assertThat(allocated).as("bytes in 5000 rounds").isLessThan(1000);
    }
  }

  private static long loopAllocated() {
    var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    long loop =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("vfio-user-0"))
            .findFirst()
            .orElseThrow()
            .threadId();
    return threads.getThreadAllocatedBytes(loop);
  }
}
