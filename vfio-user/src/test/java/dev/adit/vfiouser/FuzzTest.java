package dev.adit.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.vfiouser.posix.Eventfds;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import dev.adit.vfiouser.spec.Command;
import dev.adit.vfiouser.spec.Header;
import dev.adit.vfiouser.wire.Capabilities;
import dev.adit.vfiouser.wire.Fds;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Nonsense on a living socket and in the codec. Some seconds each; {@code -Dadit.fuzz.seconds=N}
 * for longer, {@code -Dadit.seed=N} to repeat.
 */
class FuzzTest extends ServerTestCase {
  private static final long SECONDS = Long.getLong("adit.fuzz.seconds", 3);
  private static final int[] INTERESTING = {
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    9,
    16,
    20,
    24,
    32,
    0x21,
    0x22,
    0x24,
    4096,
    -1,
    -4096,
    1 << 20,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE
  };

  private final long seed = Long.getLong("adit.seed", 1);
  private final Random random = new Random(seed);

  @Override
  ServerOptions options() {
    return super.options()
        .withDmaTimeout(Duration.ofMillis(5))
        .withPatience(Duration.ofMillis(500));
  }

  @Test
  void aServerSurvivesNonsense() {
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    long open = open();
    int[] fds = {Eventfds.create(), OpenFiles.memory("fuzz"), Eventfds.create()};
    OpenFiles.truncate(fds[1], 1 << 16);
    int rounds = 0;
    while (System.nanoTime() < end) {
      attack(fds);
      rounds++;
    }
    Arrays.stream(fds).forEach(OpenFiles::close);
    assertThat(rounds).isPositive();
    eventually(() -> alive());
    eventually(() -> open() == open);
  }

  private boolean alive() {
    try (RawClient client = new RawClient(path)) {
      return client.version(RawClient.QEMU).errno() == 0
          && client.call(Command.REGION_READ, RawClient.access(0, 0, 4)).errno() == 0;
    } catch (AssertionError crowded) {
      return false;
    }
  }

  private void attack(int[] fds) {
    try (RawClient client = new RawClient(path)) {
      if (random.nextInt(10) > 0) {
        client.trySend(RawClient.message(0, Command.VERSION, 0, ByteBuffer.allocate(4)));
      }
      int messages = random.nextInt(60);
      for (int i = 0; i < messages; i++) {
        byte[] message = nonsense(i);
        int length = random.nextInt(20) == 0 ? random.nextInt(message.length) + 1 : message.length;
        int[] some = Arrays.copyOf(fds, random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0);
        if (client.trySend(Arrays.copyOf(message, length), some) < length) {
          return;
        }
        client.drain();
      }
    } catch (AssertionError refused) {
      // The backlog is full of our own remains; the next attack comes.
      assertThat(refused).isNotNull();
    }
  }

  private byte[] nonsense(int id) {
    int command = random.nextInt(12) == 0 ? random.nextInt(65536) : random.nextInt(20);
    int words = random.nextInt(12);
    ByteBuffer payload =
        RawClient.payload(words * 4 + (random.nextInt(4) == 0 ? random.nextInt(4) : 0));
    for (int i = 0; i < words; i++) {
      boolean known = random.nextInt(4) > 0;
      payload.putInt(known ? INTERESTING[random.nextInt(INTERESTING.length)] : random.nextInt());
    }
    int flags = random.nextInt(8) == 0 ? random.nextInt(64) : 0;
    byte[] message = RawClient.message(id, command, flags, payload);
    if (random.nextInt(30) == 0) {
      message[Header.LENGTH + random.nextInt(4)] = (byte) random.nextInt(256);
    }
    return message;
  }

  @Test
  void theParsersOfTextAndRepliesSurviveNonsense() {
    long end = System.nanoTime() + SECONDS * 1_000_000_000L / 3;
    byte[] good = (RawClient.QEMU + "\0").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    while (System.nanoTime() < end) {
      byte[] text = Arrays.copyOf(good, random.nextInt(good.length) + 1);
      for (int i = random.nextInt(6); i > 0; i--) {
        text[random.nextInt(text.length)] = (byte) random.nextInt(256);
      }
      MemorySegment message = MemorySegment.ofArray(text);
      try {
        Capabilities read = Capabilities.parse(message, 0, text.length);
        assertThat(read.maxFds()).as("seed %d", seed).isNotNegative();
      } catch (VfioUserException refused) {
        assertThat(refused.errno()).isEqualTo(Libc.EINVAL);
      }
      byte[] reply = new byte[32 + random.nextInt(100)];
      random.nextBytes(reply);
      MemorySegment bytes = MemorySegment.ofArray(reply);
      bytes.set(ValueLayout.JAVA_INT_UNALIGNED, 12, random.nextInt(reply.length));
      ClientRegion.parse(0, bytes, reply.length, Fds.NONE).close();
      ClientDoorbell.parse(bytes, reply.length, Fds.NONE).forEach(ClientDoorbell::close);
    }
  }

  @Test
  void theStreamCutterSurvivesNonsense() {
    long end = System.nanoTime() + SECONDS * 1_000_000_000L / 3;
    while (System.nanoTime() < end) {
      byte[] bytes = new byte[random.nextInt(5000) + 1];
      random.nextBytes(bytes);
      try (RawClient client = new RawClient(path)) {
        client.trySend(bytes);
      } catch (AssertionError refused) {
        assertThat(refused).isNotNull();
      }
    }
    eventually(this::alive);
  }
}
