package dev.adit.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.vfiouser.DmaSpace.Access;
import dev.adit.vfiouser.dma.Backing;
import dev.adit.vfiouser.dma.Mapping;
import dev.adit.vfiouser.dma.Mappings;
import dev.adit.vfiouser.posix.Libc;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The table of mappings against a model: a map from each page to the mapping that has it. */
class DmaTableTest {
  private static final int PAGES = 64;

  @Test
  void agreesWithAModelOfPages() {
    long seed = Long.getLong("adit.seed", 1);
    Random random = new Random(seed);
    for (int run = 0; run < 200; run++) {
      // At both ends of the address space, where unsigned comparison matters.
      long base = new long[] {0, -PAGES, Long.MAX_VALUE - PAGES / 2}[run % 3];
      Mappings space = new Mappings(PAGES);
      Map<Long, long[]> model = new TreeMap<>();
      for (int step = 0; step < 300; step++) {
        long first = random.nextInt(PAGES);
        long length = 1L + random.nextInt((int) Math.min(12, PAGES - first));
        if (random.nextInt(5) < 3) {
          map(space, model, base, first, length, seed);
        } else {
          unmap(space, model, base, first, length + random.nextInt(40));
        }
        check(space, model, base, seed);
      }
    }
  }

  private static void map(
      Mappings space, Map<Long, long[]> model, long base, long first, long length, long seed) {
    boolean free = IntStream.range(0, (int) length).noneMatch(i -> model.containsKey(first + i));
    int expected = free ? 0 : Libc.EEXIST;
    assertThat(space.refusal(base + first, length)).as("seed %d", seed).isEqualTo(expected);
    if (free) {
      Mapping mapping =
          new Mapping(base + first, base + first + length - 1, true, true, Backing.MESSAGES, 0);
      space.add(mapping);
      long[] range = {first, first + length - 1};
      LongRange.each(range, page -> model.put(page, range));
    }
  }

  private static void unmap(
      Mappings space, Map<Long, long[]> model, long base, long first, long length) {
    long last = Math.min(first + length - 1, PAGES - 1);
    space.remove(base + first, base + last);
    model.values().removeIf(range -> range[0] >= first && range[1] <= last);
  }

  private static void check(Mappings space, Map<Long, long[]> model, long base, long seed) {
    try (DmaView view = space.view()) {
      view.begin();
      for (long page = 0; page < PAGES; page++) {
        long[] range = model.get(page);
        long expected = range == null ? 0 : range[1] - page + 1;
        long run = view.resolve(base + page, PAGES, Access.READ);
        assertThat(run).as("seed %d page %d", seed, page).isEqualTo(expected);
      }
      view.end();
    }
  }

  private interface LongRange {
    static void each(long[] range, java.util.function.LongConsumer action) {
      for (long i = range[0]; i <= range[1]; i++) {
        action.accept(i);
      }
    }
  }

  @Test
  void theWholeAddressSpaceInOneMappingIsFound() {
    Mappings space = new Mappings(4);
    assertThat(space.refusal(1, -1L)).isZero();
    space.add(new Mapping(1, -1L, true, false, Backing.MESSAGES, 0));
    try (DmaView view = space.view()) {
      view.begin();
      assertThat(view.resolve(0, 1, Access.READ)).isZero();
      assertThat(view.resolve(1, 100, Access.READ)).isEqualTo(100);
      assertThat(view.resolve(-1L, 100, Access.READ)).isEqualTo(1);
      assertThat(view.resolve(-1L, 1, Access.WRITE)).isZero();
      view.end();
    }
  }

  @Test
  void lookupsAreRightWhileTheTableChanges() throws InterruptedException {
    long seed = Long.getLong("adit.seed", 1);
    Mappings space = new Mappings(65535);
    space.add(new Mapping(1 << 20, (1 << 20) + 99, true, true, Backing.MESSAGES, 0));
    AtomicBoolean stop = new AtomicBoolean();
    AtomicBoolean wrong = new AtomicBoolean();
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (DmaView view = space.view()) {
                    while (!stop.get()) {
                      view.begin();
                      wrong.compareAndSet(
                          false, view.resolve((1 << 20) + 50, 100, Access.READ) != 50);
                      long run = view.resolve(77 * 4096L, 4096, Access.READ);
                      wrong.compareAndSet(false, run != 0 && run != 4096);
                      view.end();
                    }
                  }
                });
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      long first = random.nextInt(200) * 4096L;
      if (space.refusal(first, 4096) == 0) {
        space.add(new Mapping(first, first + 4095, true, true, Backing.MESSAGES, 0));
      } else {
        space.remove(first, first + 4095);
      }
    }
    stop.set(true);
    reader.join();
    assertThat(wrong).as("seed %d", seed).isFalse();
  }
}
