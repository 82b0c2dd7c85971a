package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.PciFunction.Bar;
import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Portals that are memory: what is written there is found, in order, and nothing is lost. */
class MappedPortalsTest {
  private static final long RECORDS = GuestMemory.BASE + 0x1000;
  private static final int SLOTS = 64;

  private final Driver driver =
      new Driver(DsaProfile.physical().with(Option.MAPPABLE_PORTALS), EnginePolicy.threads());
  private final MemorySegment pages = Arena.ofAuto().allocate(128 << 10, 4096);

  @BeforeEach
  void back() {
    Bar bar = driver.device.bars().get(1);
    driver.device.back(bar, bar.mappable().getFirst(), pages);
  }

  @AfterEach
  void close() {
    driver.close();
  }

  private static long record(int i) {
    return RECORDS + 32L * (i % SLOTS);
  }

  /** Writes as a processor without MOVDIR64B has to: the first eight bytes last. */
  private void post(int page, int slot, DescriptorBuilder d) {
    long at = page * 4096L + slot % SLOTS * 64L;
    for (int i = 8; i < Descriptor.BYTES; i += 8) {
      pages.set(ValueLayout.JAVA_LONG, at + i, Descriptor.longAt(d.segment(), 0, i));
    }
    long first = Descriptor.longAt(d.segment(), 0, 0);
    ValueLayout.JAVA_LONG.varHandle().setRelease(pages, at, first);
  }

  @Test
  void rotatingSlotsAreFollowedWithoutLossAndCleared() {
    driver.configure(0, 64).enable(0);
    int count = 5000;
    for (int i = 0; i < count; i++) {
      if (i >= 32) {
        assertThat(driver.await(record(i - 32))).isEqualTo(Status.SUCCESS);
        driver.memory.longAt(record(i - 32), 0);
      }
      post(1, i, Driver.interrupting(Driver.noop(record(i)), 1));
    }
    for (int i = count - 32; i < count; i++) {
      assertThat(driver.await(record(i))).isEqualTo(Status.SUCCESS);
    }
    driver.must(Command.DRAIN_WQ, 1);
    assertThat(driver.vectors.get(1)).isEqualTo(count);
    assertThat(pages.mismatch(Arena.ofAuto().allocate(pages.byteSize()))).isEqualTo(-1);
  }

  @Test
  void everyPageAndSlotIsSeen() {
    driver.configure(0, 64).enable(0);
    for (int page = 0; page < 4; page++) {
      for (int slot : new int[] {63, 0, 17, 17, 5}) {
        driver.memory.longAt(record(0), 0);
        post(page, slot, Driver.noop(record(0)));
        assertThat(driver.await(record(0))).isEqualTo(Status.SUCCESS);
      }
    }
  }

  @Test
  void drainCommandsIncludeWhatLiesInThePages() {
    driver.configure(0, 64).enable(0);
    for (int i = 0; i < 40; i++) {
      post(1, i, Driver.noop(record(i)));
    }
    driver.must(Command.DRAIN_WQ, 1);
    for (int i = 0; i < 40; i++) {
      assertThat(driver.status(record(i))).isEqualTo(Status.SUCCESS);
    }
  }

  @Test
  void aDrainDescriptorWaitsForTheSlotsBeforeIt() {
    driver.configure(0, 64).enable(0);
    long from = GuestMemory.BASE + 0x10_0000;
    for (int round = 0; round < 50; round++) {
      for (int i = 0; i < 8; i++) {
        driver.memory.longAt(record(i), 0);
      }
      for (int i = 0; i < 7; i++) {
        DescriptorBuilder move =
            DescriptorBuilder.of(Opcode.MEMORY_MOVE)
                .set64(8, record(i))
                .from(from)
                .to(from + 0x10_0000)
                .size(0x4000L * (i + 1));
        post(1, round * 8 + i, move);
      }
      post(1, round * 8 + 7, DescriptorBuilder.of(Opcode.DRAIN).set64(8, record(7)));
      assertThat(driver.await(record(7))).isEqualTo(Status.SUCCESS);
      for (int i = 0; i < 7; i++) {
        assertThat(driver.status(record(i))).as("round %d, %d", round, i).isEqualTo(1);
      }
    }
  }

  @Test
  void whatWasWrittenBeforeTheQueueWasEnabledIsDropped() {
    post(1, 3, Driver.noop(record(3)));
    driver.configure(0, 64).enable(0);
    post(1, 4, Driver.noop(record(4)));
    assertThat(driver.await(record(4))).isEqualTo(Status.SUCCESS);
    driver.must(Command.DISABLE_WQ, 1);
    post(1, 5, Driver.noop(record(5)));
    driver.must(Command.ENABLE_WQ, 0);
    driver.must(Command.DRAIN_ALL, 0);
    assertThat(driver.status(record(3))).isZero();
    assertThat(driver.status(record(5))).isZero();
  }

  @Test
  void trappedWritesStillWork() {
    driver.configure(0, 64).enable(0);
    driver.submit(Driver.noop(record(0)).also(Flags.TC_RECORD));
    assertThat(driver.await(record(0))).isEqualTo(Status.SUCCESS);
  }
}
