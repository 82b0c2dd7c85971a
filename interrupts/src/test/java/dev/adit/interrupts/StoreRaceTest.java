package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.MsixTable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Register writes against firing, on two threads that really race. */
class StoreRaceTest {
  private static final int ROUNDS = 200_000;

  @Test
  void aMessageInFlightIsNeverAMix() throws Exception {
    AtomicLong mixed = new AtomicLong();
    AtomicLong seen = new AtomicLong();
    ImsArray ims =
        new ImsArray(
            Formats.OWNED,
            1,
            (address, data, rid, pasid) -> {
              seen.incrementAndGet();
              if ((address >>> 4 & 0xFFFF) != data) {
                mixed.incrementAndGet();
              }
            },
            0);
    ims.write(8, 8, 0);
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < ROUNDS; i++) {
                    int n = i & 0xFFFF;
                    ims.write(0, 4, 0xFEE0_0000L | ((long) n << 4));
                    ims.write(4, 4, 0);
                    ims.write(8, 4, n);
                  }
                });
    while (writer.isAlive()) {
      ims.fire(0);
    }
    writer.join();
    assertThat(seen.get()).isPositive();
    assertThat(mixed.get()).isZero();
  }

  @Test
  void noInterruptIsLostBetweenMaskAndFire() throws Exception {
    AtomicInteger sent = new AtomicInteger();
    MsixTable table = new MsixTable(1, (address, data, rid, pasid) -> sent.incrementAndGet(), 0);
    table.control(true, false);
    int fired = 0;
    Thread masker =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < ROUNDS; i++) {
                    switch (i % 3) {
                      case 0 -> toggleMask(table);
                      case 1 -> toggleFunctionMask(table);
                      default -> toggleRoute(table, sent);
                    }
                  }
                });
    while (masker.isAlive()) {
      int before = sent.get();
      table.fire(0);
      fired++;
      // Each is delivered before the next is fired, however the mask stands: else it was lost.
      while (sent.get() == before && masker.isAlive()) {
        Thread.onSpinWait();
      }
    }
    masker.join();
    table.write(12, 4, 0);
    assertThat(table.pending(0)).isFalse();
    assertThat(sent.get()).isEqualTo(fired);
  }

  private static void toggleMask(MsixTable table) {
    table.write(12, 4, 1);
    table.write(12, 4, 0);
  }

  private static void toggleFunctionMask(MsixTable table) {
    table.control(true, true);
    table.control(true, false);
  }

  private static void toggleRoute(MsixTable table, AtomicInteger sent) {
    table.write(12, 4, 1);
    table.route(0, sent::incrementAndGet);
    table.route(0, null);
    table.write(12, 4, 0);
  }
}
