package dev.adit.vfiouser;

import static dev.adit.vfiouser.RawClient.access;
import static dev.adit.vfiouser.RawClient.map;
import static dev.adit.vfiouser.RawClient.message;
import static dev.adit.vfiouser.RawClient.payload;
import static dev.adit.vfiouser.RawClient.unmap;
import static dev.adit.vfiouser.RawClient.write;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.vfiouser.DmaSpace.Access;
import dev.adit.vfiouser.RawClient.Message;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.spec.Command;
import dev.adit.vfiouser.spec.Header;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The stream as such: pieces, many at once, order, slow and dead clients. */
class StreamTest extends ServerTestCase {
  @Test
  void anyCutOfTheStreamGivesTheSameReplies() {
    long seed = Long.getLong("adit.seed", 0x5eed);
    Random random = new Random(seed);
    try (RawClient client = raw()) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      int messages = 400;
      for (int i = 0; i < messages; i++) {
        byte[] data = new byte[random.nextInt(300)];
        all.writeBytes(message(i, Command.REGION_WRITE, 0, write(0, 0, data)));
      }
      byte[] stream = all.toByteArray();
      CompletableFuture<Void> sender =
          CompletableFuture.runAsync(
              () -> {
                for (int at = 0; at < stream.length; ) {
                  int end = Math.min(stream.length, at + 1 + random.nextInt(500));
                  client.send(Arrays.copyOfRange(stream, at, end));
                  at = end;
                }
              });
      for (int i = 0; i < messages; i++) {
        assertThat(client.receive().id()).as("seed %x", seed).isEqualTo(i);
      }
      sender.join();
    }
  }

  @Test
  void pipelinedMapsWithFdsKeepTheirOrderAndTheirFds() {
    int count = 500;
    try (RawClient client = raw();
        SharedMemory even = SharedMemory.allocate(4096);
        SharedMemory odd = SharedMemory.allocate(4096);
        DmaView view = server.dma().view()) {
      even.segment().set(ValueLayout.JAVA_INT, 0, 2);
      odd.segment().set(ValueLayout.JAVA_INT, 0, 1);
      CompletableFuture<Void> sender =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < count; i++) {
                  SharedMemory memory = i % 2 == 0 ? even : odd;
                  client.send(
                      message(i, Command.DMA_MAP, 0, map(3, 0, i * 8192L, 4096)), memory.fd());
                  client.send(
                      message(i, Command.REGION_WRITE, Header.NO_REPLY, write(0, 0, (byte) i)));
                }
              });
      for (int i = 0; i < count; i++) {
        Message reply = client.receive();
        assertThat(reply.id()).isEqualTo(i);
        assertThat(reply.errno()).isZero();
      }
      sender.join();
      MemorySegment four = Arena.ofAuto().allocate(4);
      for (int i = 0; i < count; i++) {
        view.begin();
        assertThat(view.read(i * 8192L, four, 0, 4)).isEqualTo(4);
        view.end();
        assertThat(four.get(ValueLayout.JAVA_INT, 0)).isEqualTo(i % 2 == 0 ? 2 : 1);
      }
    }
  }

  @Test
  void aSlowReaderWaitsForItselfOnly() {
    try (RawClient slow = raw()) {
      // Replies of a megabyte that nobody reads: the server takes no more than its bound of them,
      // and the sender is stopped in the end.
      byte[] read = message(1, Command.REGION_READ, 0, access(0, 0, 1 << 20));
      ByteArrayOutputStream many = new ByteArrayOutputStream();
      for (int i = 0; i < 100; i++) {
        many.writeBytes(read);
      }
      byte[] burst = many.toByteArray();
      int sent = 0;
      while (sent < 50 * burst.length && slow.sendNow(burst) == burst.length) {
        sent += burst.length;
      }
      // The other end lives, and everything that was asked for comes in the end.
      try (RawClient second = new RawClient(path)) {
        assertThat(second.version("{}").errno()).isEqualTo(Libc.EBUSY);
      }
      for (int i = 0; i < 100; i++) {
        assertThat(slow.receive().payload().capacity()).isEqualTo(16 + (1 << 20));
      }
    }
  }

  @Test
  void commandsThatComeWhileAHandlerWaitsRunAfterItInOrder() {
    MemorySegment into = Arena.ofAuto().allocate(64);
    try (RawClient client = raw();
        DmaView view = server.dma().view();
        SharedMemory memory = SharedMemory.allocate(4096)) {
      client.call(Command.DMA_MAP, map(3, 0, 0x1000, 0x1000));
      device.run =
          () -> {
            view.begin();
            device.bar.set(ValueLayout.JAVA_LONG, 0x100, view.read(0x1000, into, 0, 64));
            view.end();
          };
      long open = open();
      client.send(message(1, Command.REGION_WRITE, 0, write(0, TestDevice.RUN, (byte) 1)));
      Message read = client.receive();
      assertThat(read.command()).isEqualTo(Command.DMA_READ);
      client.send(message(2, Command.DMA_UNMAP, 0, unmap(0, 0x1000, 0x1000)));
      client.send(message(3, Command.DMA_MAP, 0, map(3, 0, 0x1000, 0x1000)), memory.fd());
      client.send(message(4, Command.REGION_READ, 0, access(0, 0x100, 8)));
      client.reply(read, 0, payload(80).putLong(0x1000).putLong(64).put(new byte[64]));
      for (int i = 1; i <= 3; i++) {
        Message reply = client.receive();
        assertThat(reply.id()).isEqualTo(i);
        assertThat(reply.errno()).isZero();
      }
      assertThat(client.receive().payload().getLong(16)).isEqualTo(64);
      eventually(() -> open() == open);
    }
  }

  @Test
  void aDisconnectInTheMiddleOfAMessageLeavesNothingBehind() {
    long open = open();
    for (int cut : new int[] {1, 15, 16, 17, 40}) {
      try (SharedMemory memory = SharedMemory.allocate(4096)) {
        try (RawClient client = raw()) {
          byte[] bytes = message(1, Command.DMA_MAP, 0, map(3, 0, 0, 4096));
          client.send(Arrays.copyOf(bytes, cut), memory.fd());
        }
        eventually(() -> events.contains(ServerEvents.Kind.DETACHED));
        events.clear();
      }
    }
    eventually(() -> open() == open);
  }

  @Test
  void aClientThatDiesWhileAnEngineUsesItsMemoryIsLetGoAfterwards() {
    serveImpatiently();
    DmaView view = server.dma().view();
    try (SharedMemory memory = SharedMemory.allocate(4096)) {
      try (RawClient client = raw()) {
        client.call(Command.DMA_MAP, map(3, 0, 0, 4096), memory.fd());
        view.begin();
        assertThat(view.resolve(0, 4096, Access.WRITE)).isEqualTo(4096);
      }
      eventually(() -> device.detached.getCount() == 0);
      MemorySegment segment = view.segment();
      assertThat(segment).isNotNull();
      segment.fill((byte) 5);
      try (RawClient late = new RawClient(path)) {
        assertThat(late.version("{}").errno()).as("after all patience").isEqualTo(Libc.EBUSY);
      }
      try (RawClient next = new RawClient(path)) {
        next.send(
            message(1, Command.VERSION, 0, payload(7).putInt(0).put("{}".getBytes(US_ASCII))));
        assertThat(events).doesNotContain(ServerEvents.Kind.DETACHED);
        view.end();
        assertThat(next.receive().errno()).as("after it has waited").isZero();
        assertThat(events).contains(ServerEvents.Kind.DETACHED);
      }
    }
    view.close();
  }

  @Test
  void anEngineThatWaitsForADeadClientIsFreed() {
    MemorySegment into = Arena.ofAuto().allocate(64);
    CompletableFuture<Long> engine;
    try (RawClient client = raw()) {
      client.call(Command.DMA_MAP, map(3, 0, 0, 4096));
      engine = CompletableFuture.supplyAsync(() -> device.bus.dma().view().read(0, into, 0, 64));
      assertThat(client.receive().command()).isEqualTo(Command.DMA_READ);
    }
    assertThat(engine.join()).isZero();
  }

  @Test
  void unmapWaitsForTheSectionAndLaterCommandsWaitForUnmap() {
    try (RawClient client = raw();
        SharedMemory memory = SharedMemory.allocate(4096);
        DmaView view = server.dma().view()) {
      client.call(Command.DMA_MAP, map(3, 0, 0, 4096), memory.fd());
      view.begin();
      assertThat(view.resolve(0, 4096, Access.READ)).isEqualTo(4096);
      client.send(message(1, Command.DMA_UNMAP, 0, unmap(0, 0, 4096)));
      client.send(message(2, Command.REGION_READ, 0, access(0, 0, 4)));
      assertThat(client.comes(50)).isFalse();
      view.end();
      assertThat(client.receive().id()).isEqualTo(1);
      assertThat(client.receive().id()).isEqualTo(2);
    }
  }

  @Test
  void aDmaReplyIsTakenWhileUnmapWaitsForThatVeryEngine() {
    MemorySegment into = Arena.ofAuto().allocate(64);
    try (RawClient client = raw();
        SharedMemory memory = SharedMemory.allocate(4096)) {
      client.call(Command.DMA_MAP, map(3, 0, 0, 4096), memory.fd());
      client.call(Command.DMA_MAP, map(3, 0, 0x10000, 4096));
      CompletableFuture<Long> engine =
          CompletableFuture.supplyAsync(
              () -> {
                try (DmaView view = device.bus.dma().view()) {
                  view.begin();
                  long mapped = view.resolve(0, 64, Access.READ);
                  long got = view.read(0x10000, into, 0, 64);
                  view.end();
                  return mapped + got;
                }
              });
      Message read = client.receive();
      client.send(message(5, Command.DMA_UNMAP, 0, unmap(0, 0, 4096)));
      client.reply(read, 0, payload(80).putLong(0x10000).putLong(64).put(new byte[64]));
      assertThat(client.receive().id()).isEqualTo(5);
      assertThat(engine.join()).isEqualTo(128);
    }
  }
}
