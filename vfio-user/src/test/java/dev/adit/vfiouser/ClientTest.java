package dev.adit.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.vfiouser.RawClient.Message;
import dev.adit.vfiouser.posix.Eventfds;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.posix.Sockets;
import dev.adit.vfiouser.spec.Command;
import dev.adit.vfiouser.spec.Header;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client against a server that does what it likes. */
@NullUnmarked
class ClientTest {
  @TempDir Path folder;
  private long openBefore;
  private int listener;
  private EventLoops loops;
  private VfioUserClient client;
  private RawClient server;

  @BeforeEach
  void connect() {
    openBefore = ServerTestCase.open();
    Path path = folder.resolve("server");
    listener = Sockets.socket();
    Libc.check("bind", Sockets.bind(listener, path));
    Libc.check("listen", Sockets.listen(listener, 1));
    loops = EventLoops.start(1, EventLoops.Idle.BLOCK);
    CompletableFuture<VfioUserClient> connecting =
        CompletableFuture.supplyAsync(
            () -> VfioUserClient.connect(loops, path, Duration.ofSeconds(3)));
    assertThat(Eventfds.readable(listener, 10_000)).isTrue();
    server = new RawClient(Sockets.accept(listener));
    server.reply(server.receive(), 0, RawClient.payload(4).putShort(2, (short) 1));
    client = connecting.join();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    OpenFiles.close(listener);
    loops.close();
    assertThat(ServerTestCase.open()).isEqualTo(openBefore);
  }

  private static void fails(int errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            VfioUserException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  /** Runs a call of the client on another thread. */
  private static CompletableFuture<Void> async(Runnable call) {
    return CompletableFuture.runAsync(call);
  }

  private static void fails(int errno, CompletableFuture<Void> call) {
    assertThatThrownBy(call::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            VfioUserException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  @Test
  void anErrorReplyWithAPayloadDoesNotUpsetTheStream() {
    CompletableFuture<Void> feature =
        async(() -> client.command(Command.DEVICE_FEATURE, Arena.ofAuto().allocate(8)));
    server.reply(server.receive(), Libc.EINVAL, RawClient.payload(24));
    fails(Libc.EINVAL, feature);
    CompletableFuture<Void> reset = async(client::reset);
    server.reply(server.receive(), 0, RawClient.empty());
    reset.join();
  }

  @Test
  void anErrorWithoutAReasonIsAnErrorStill() {
    CompletableFuture<Void> reset = async(client::reset);
    Message command = server.receive();
    server.send(
        RawClient.message(
            command.id(), command.command(), Header.TYPE_REPLY | Header.ERROR, RawClient.empty()));
    fails(Libc.EIO, reset);
  }

  @Test
  void aReplyThatIsTooShortIsRefused() {
    CompletableFuture<Void> read = async(() -> client.read(0, 0, 4));
    server.reply(server.receive(), 0, RawClient.payload(18));
    fails(Libc.EPROTO, read);
  }

  @Test
  void aServerThatSaysNothingIsGivenUpAndItsLateReplyIsDropped() {
    CompletableFuture<Void> reset = async(client::reset);
    Message late = server.receive();
    fails(Libc.ETIMEDOUT, reset);
    server.reply(late, 0, RawClient.empty());
    CompletableFuture<Void> next = async(() -> client.read(0, 0, 1));
    server.reply(server.receive(), 0, RawClient.payload(17));
    next.join();
  }

  @Test
  void aServerThatDiesFreesWhoeverWaits() {
    CompletableFuture<Void> reset = async(client::reset);
    server.receive();
    server.close();
    fails(Libc.ECONNRESET, reset);
    fails(Libc.ECONNRESET, client::reset);
  }

  @Test
  void servesItsMemoryAndNothingElse() {
    MemorySegment memory = Arena.ofAuto().allocate(64);
    CompletableFuture<Void> map = async(() -> client.mapMessages(0x1000, memory, false));
    // The server may ask before it has answered.
    Message command = server.receive();
    memory.fill((byte) 3);
    Message read = ask(Command.DMA_READ, RawClient.payload(16).putLong(0x1020).putLong(32));
    assertThat(read.payload().capacity()).isEqualTo(48);
    assertThat(read.payload().get(47)).isEqualTo((byte) 3);
    server.reply(command, 0, RawClient.empty());
    map.join();
    for (long[] bad : new long[][] {{0x1020, 33}, {0xfff, 1}, {0x1040, 1}, {0x1000, -1}, {-1, 8}}) {
      ByteBuffer range = RawClient.payload(16).putLong(bad[0]).putLong(bad[1]);
      assertThat(ask(Command.DMA_READ, range).errno()).isEqualTo(Libc.ENODEV);
    }
    ByteBuffer write = RawClient.payload(24).putLong(0x1000).putLong(8);
    assertThat(ask(Command.DMA_WRITE, write).errno()).as("read-only").isEqualTo(Libc.ENODEV);
    assertThat(ask(Command.DMA_READ, RawClient.payload(3)).errno()).isEqualTo(Libc.ENODEV);
    assertThat(ask(99, RawClient.empty()).errno()).isEqualTo(Libc.ENOSYS);
  }

  private Message ask(int command, ByteBuffer payload) {
    server.send(RawClient.message(9, command, 0, payload));
    Message reply = server.receive();
    assertThat(reply.flags() & Header.TYPE_MASK).isEqualTo(Header.TYPE_REPLY);
    assertThat(reply.command()).isEqualTo(command);
    return reply;
  }
}
