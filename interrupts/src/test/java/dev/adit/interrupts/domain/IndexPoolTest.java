package dev.adit.interrupts.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.interrupts.Seeds;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexPoolTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 64, 65, 4095, 4096, 4097, 300_000})
  void handsOutTheSmallestFreeNumberAndEachOnce(int size) {
    long seed = Seeds.of(IndexPoolTest.class);
    Random random = new Random(seed);
    IndexPool pool = new IndexPool(size);
    TreeSet<Integer> free = new TreeSet<>();
    for (int i = 0; i < size; i++) {
      assertThat(pool.take()).isEqualTo(i);
    }
    assertThat(pool.take()).isEqualTo(-1);
    for (int i = 0; i < 20_000; i++) {
      int at = random.nextInt(size);
      if (random.nextBoolean() && !free.contains(at)) {
        pool.give(at);
        free.add(at);
      } else {
        Integer smallest = free.pollFirst();
        assertThat(pool.take()).as("seed %d", seed).isEqualTo(smallest == null ? -1 : smallest);
      }
      assertThat(pool.free()).isEqualTo(free.size());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 99, 100})
  void refusesToTakeBackWhatIsNotOut(int index) {
    IndexPool pool = new IndexPool(100);
    assertThatThrownBy(() -> pool.give(index)).isInstanceOf(IllegalStateException.class);
  }
}
