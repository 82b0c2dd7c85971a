package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.Dma;
import dev.adit.devices.dsa.PagedDma.Kind;
import dev.adit.devices.dsa.spec.Status;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** One execution on one bus, and what tests want of them. */
final class Bench {
  /** Everything allowed, capabilities all there. */
  static final Limits ALL = new Limits(-1L, -1L, 1L << 31, 1 << 10, true, true, true);

  /** Kinds of pages without faults. */
  static final Kind[] SOUND = {Kind.DIRECT, Kind.DIRECT, Kind.DIRECT, Kind.INDIRECT};

  /** Kinds of pages with some faults. */
  static final Kind[] HOLES = {
    Kind.DIRECT, Kind.DIRECT, Kind.DIRECT, Kind.DIRECT, Kind.INDIRECT, Kind.READ_ONLY, Kind.HOLE
  };

  final RandomGenerator random;
  final PagedDma dma;
  final Execution execution;

  Bench(long seed, int pages) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    dma = new PagedDma(random, pages);
    execution = new Execution(dma.view());
  }

  /** Runs a descriptor in a section of its own. */
  int run(DescriptorBuilder d) {
    return run(d, ALL);
  }

  int run(DescriptorBuilder d, Limits limits) {
    Dma.View view = execution.view();
    view.begin();
    int status = execution.run(d.segment(), 0, limits, Dma.NO_PASID, false);
    view.end();
    assertThat(execution.status()).isEqualTo(status);
    assertThat(dma.guardsIntact()).as("memory outside of the mapped pages").isTrue();
    assertThat(dma.longestSection).isLessThanOrEqualTo(1 << 20);
    return status;
  }

  /** {@return a random address with room behind it} */
  long address(long room) {
    return PagedDma.BASE + random.nextLong(dma.size() - room + 1);
  }

  long bytesCompleted() {
    return execution.bytesCompleted() & 0xffff_ffffL;
  }

  boolean faulted() {
    return (execution.status() & Status.CODE_MASK) == Status.PAGE_FAULT;
  }

  /** Opens the page that faulted, as a driver's fault handler does. */
  void mend() {
    assertThat(dma.kind(execution.faultAddress())).isIn(Kind.HOLE, Kind.READ_ONLY);
    dma.kind(execution.faultAddress(), Kind.DIRECT);
  }
}
