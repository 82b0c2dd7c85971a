package dev.adit.interrupts.post;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.Formats;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.InFlight;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * What two threads that send interrupts write in common: nothing, unless both interrupt the same
 * guest. Counted are lines of 64 bytes in the memory that holds the descriptors; in the heap an
 * interrupt writes its slot only, and slots have lines of their own.
 */
class SharedLinesTest {
  private static final int RID = 0x6A01;
  private static final int LINE = 64;

  private final Lines lines = new Lines();
  private final PostingHost host;
  private final BusDomain interrupts;
  private final ImsArray store;

  SharedLinesTest() {
    PostingHost.Plan plan = new PostingHost.Plan(IsolationLevel.REQUESTER_ID, 7, 4, 1);
    lines.memory = GuestMemory.of(0, Arena.ofAuto().allocate(plan.bytes(), 4096));
    host =
        new PostingHost(
            plan,
            lines,
            0,
            new Ignoring(),
            new VectorDomain(1, Quotas.none("vectors")),
            Quotas.none("remapping entries"));
    store = new ImsArray(Formats.OWNED, 64, host.remapper(), RID);
    interrupts =
        new BusDomain(
            host.domain(),
            new ImsChip(Formats.OWNED, store, 64),
            RID,
            Quotas.none("store entries"),
            _ -> {});
  }

  private BusDomain.Interrupt open(PostedDescriptors.Post post, int vector) {
    BusDomain.Interrupt interrupt =
        interrupts.allocate(Cookie.of(1, MessageStore.NO_PASID), post.target(vector));
    interrupt.mask(false);
    store.fire(interrupt.index());
    return interrupt;
  }

  /** The lines that each of two threads writes when it fires an entry of its own a few times. */
  private List<Set<Long>> written(BusDomain.Interrupt first, BusDomain.Interrupt second)
      throws Exception {
    CyclicBarrier together = new CyclicBarrier(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<Set<Long>> one = threads.submit(() -> fire(first, together));
      Future<Set<Long>> other = threads.submit(() -> fire(second, together));
      return List.of(one.get(), other.get());
    }
  }

  private Set<Long> fire(BusDomain.Interrupt interrupt, CyclicBarrier together) throws Exception {
    together.await();
    Set<Long> mine = lines.begin();
    for (int i = 0; i < 100; i++) {
      store.fire(interrupt.index());
    }
    return mine;
  }

  @Test
  void interruptsOfDifferentGuestsWriteNoLineInCommon() throws Exception {
    Set<Integer> landed = ConcurrentHashMap.newKeySet();
    PostedDescriptors.Post first = host.descriptors().open(landed::add);
    PostedDescriptors.Post second = host.descriptors().open(landed::add);
    List<Set<Long>> written = written(open(first, 0x41), open(second, 0x42));
    assertThat(written.getFirst()).containsExactly(first.address() / LINE);
    assertThat(written.getLast()).containsExactly(second.address() / LINE);
    assertThat(landed).containsExactlyInAnyOrder(0x41, 0x42);
  }

  @Test
  void interruptsThatMergeWithThoseOfBeforeWriteNoLineAtAll() throws Exception {
    PostedDescriptors.Post post = host.descriptors().open();
    BusDomain.Interrupt first = open(post, 0x41);
    BusDomain.Interrupt second = open(post, 0x42);
    stand(post);
    List<Set<Long>> written = written(first, second);
    assertThat(written.getFirst()).isEmpty();
    assertThat(written.getLast()).isEmpty();
  }

  /** As if the guest's processor did not run: both bits set, its notification outstanding. */
  private void stand(PostedDescriptors.Post post) {
    lines.setLong(post.address() + 8, 0x6L);
    lines.setLong(post.address() + 32, lines.getLong(post.address() + 32) | 1);
  }

  @Test
  void slotsOfThreadsThatRunTogetherLieTwoLinesApart() throws Exception {
    InFlight inFlight = new InFlight();
    int threads = 15;
    Set<Integer> slots = new HashSet<>();
    CyclicBarrier together = new CyclicBarrier(threads);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      Set<Future<Integer>> taken = new HashSet<>();
      for (int i = 0; i < threads; i++) {
        taken.add(
            pool.submit(
                () -> {
                  int slot = inFlight.enter();
                  together.await();
                  inFlight.leave(slot);
                  return slot;
                }));
      }
      for (Future<Integer> each : taken) {
        slots.add(each.get());
      }
    }
    assertThat(slots).hasSize(threads).allMatch(slot -> slot % (2 * LINE / Long.BYTES) == 0);
  }

  private static final class Ignoring implements InterruptBus {
    @Override
    public void deliver(int destination, int vector, int attributes) {
      // The test looks at memory.
    }
  }

  /** Memory that notes which lines a thread has written since it began. */
  private static final class Lines implements GuestMemory {
    private final ConcurrentMap<Thread, Set<Long>> written = new ConcurrentHashMap<>();
    private GuestMemory memory = GuestMemory.of(0, Arena.ofAuto().allocate(8, 8));

    Set<Long> begin() {
      Set<Long> mine = new HashSet<>();
      written.put(Thread.currentThread(), mine);
      return mine;
    }

    private void note(long address) {
      Set<Long> mine = written.get(Thread.currentThread());
      if (mine != null) {
        mine.add(address / LINE);
      }
    }

    @Override
    public boolean holds(long address, long length) {
      return memory.holds(address, length);
    }

    @Override
    public long getLong(long address) {
      return memory.getLong(address);
    }

    @Override
    public void setLong(long address, long value) {
      note(address);
      memory.setLong(address, value);
    }

    @Override
    public void setInt(long address, int value) {
      note(address);
      memory.setInt(address, value);
    }

    @Override
    public boolean compareAndSet(long address, long expected, long value) {
      note(address);
      return memory.compareAndSet(address, expected, value);
    }

    @Override
    public long getAndOr(long address, long bits) {
      note(address);
      return memory.getAndOr(address, bits);
    }
  }
}
