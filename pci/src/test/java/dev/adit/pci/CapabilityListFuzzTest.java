package dev.adit.pci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.pci.spec.Field;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Runs a second; {@code -Dadit.fuzz.seconds=N} for longer, {@code -Dadit.fuzz.seed=N} to repeat.
 */
class CapabilityListFuzzTest {
  @Test
  void noBytesMakeTheWalkThrowOrRunOn() {
    long seed = Long.getLong("adit.seed", 1);
    long end = System.nanoTime() + Long.getLong("adit.fuzz.seconds", 1) * 1_000_000_000L;
    Random random = new Random(seed);
    byte[] good = DsaConfigSpace.build().snapshot();
    int spaces = 0;
    do {
      byte[] bytes = mutate(good.clone(), random);
      try {
        inspect(bytes);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ", space " + spaces, e);
      }
      spaces++;
    } while (System.nanoTime() < end);
  }

  private static void inspect(byte[] bytes) {
    SeenFunction function =
        SeenFunction.of(new PciAddress(0, 255, 31, 7), ConfigSpace.of(bytes), Surroundings.NONE);
    assertThat(function.capabilities().capabilities()).hasSizeLessThan(48 + 960 + 1);
    for (Capability found : function.capabilities().capabilities()) {
      assertThat(found.name()).isNotEmpty();
      for (Field field : function.fields(found)) {
        long value = function.config().get(field, found.offset());
        assertThat(field.format().text(value)).isNotEmpty();
      }
      RequesterIds.of(function, found)
          .ifPresent(
              ids -> {
                for (int i = 0; i < ids.count(); i += 1 + ids.count() / 50) {
                  ids.at(i);
                }
                ids.problem();
              });
    }
    function.bars();
    SiovSupport.of(function);
  }

  private static byte[] mutate(byte[] bytes, Random random) {
    switch (random.nextInt(6)) {
      case 0 -> random.nextBytes(bytes);
      case 1 -> Arrays.fill(bytes, random.nextInt(bytes.length), bytes.length, (byte) 0xff);
      case 2 -> {
        // A dense forest of extended capabilities with pointers to anywhere.
        for (int at = 0x100; at < 4096; at += 4) {
          bytes[at] = (byte) random.nextInt(0x40);
          bytes[at + 1] = 0;
          bytes[at + 2] = (byte) random.nextInt();
          bytes[at + 3] = (byte) random.nextInt();
        }
      }
      default -> {
        for (int i = random.nextInt(40); i >= 0; i--) {
          int at = random.nextBoolean() ? random.nextInt(0x34, 0x260) : random.nextInt(4096);
          bytes[at] = (byte) random.nextInt();
        }
      }
    }
    bytes[6] |= (byte) (random.nextInt(8) == 0 ? 0 : 0x10);
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(bytes, random.nextInt(0, 4097));
      case 1 -> Arrays.copyOf(bytes, random.nextInt(4, 260));
      default -> bytes;
    };
  }
}
