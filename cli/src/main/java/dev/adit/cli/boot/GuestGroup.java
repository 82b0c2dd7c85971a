package dev.adit.cli.boot;

import dev.adit.cli.serve.ServedDevices;
import dev.adit.host.VmArguments;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Guests that run at once, each with a virtual device, and what is done to them meanwhile. */
final class GuestGroup {
  private static final long PAUSE = 2_000_000;

  private final ServedDevices served;
  private final List<GuestMachine> guests;
  private final long work;
  private final int revocations;
  private final Phaser meeting;
  private final AtomicIntegerArray revokedAtWork;
  private final Queue<Future<?>> revoking = new ConcurrentLinkedQueue<>();

  /**
   * @param work descriptors that each guest submits once all have met
   * @param revocations how often each device's interrupt handles are taken back during that
   */
  GuestGroup(ServedDevices served, List<GuestMachine> guests, long work, int revocations) {
    this.served = served;
    this.guests = guests;
    this.work = work;
    this.revocations = revocations;
    meeting = new Phaser(guests.size());
    revokedAtWork = new AtomicIntegerArray(guests.size());
  }

  /**
   * Boots all guests and follows them to their ends.
   *
   * @param machine the machine of a guest from its device's socket
   * @param watchers are told what each guest does
   */
  List<GuestRun> run(
      GuestBoot boot, Function<Path, VmArguments> machine, IntFunction<GuestRun.Watcher> watchers)
      throws IOException, InterruptedException {
    List<Future<GuestRun>> futures = new ArrayList<>();
    List<GuestRun> runs = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < guests.size(); i++) {
        Member member = new Member(i, watchers.apply(i), threads);
        VmArguments arguments = machine.apply(served.socket(i));
        futures.add(threads.submit(() -> member.run(boot, arguments)));
      }
      for (Future<GuestRun> future : futures) {
        runs.add(future.get());
      }
      for (Future<?> each : revoking) {
        each.get();
      }
      return runs;
    } catch (ExecutionException e) {
      throw new IOException("a guest could not be followed: " + e.getCause(), e);
    }
  }

  /** {@return how many revocations found a guest at its work} */
  int revokedAtWork(int guest) {
    return revokedAtWork.get(guest);
  }

  private final class Member implements GuestRun.Watcher {
    private final int index;
    private final GuestRun.Watcher watcher;
    private final ExecutorService threads;
    private volatile boolean over;
    private boolean met;

    Member(int index, GuestRun.Watcher watcher, ExecutorService threads) {
      this.index = index;
      this.watcher = watcher;
      this.threads = threads;
    }

    GuestRun run(GuestBoot boot, VmArguments machine) throws IOException, InterruptedException {
      try {
        return boot.run(guests.get(index), machine, this);
      } finally {
        over = true;
        meeting.arriveAndDeregister();
      }
    }

    @Override
    public void progress(String text) {
      watcher.progress(text);
    }

    @Override
    public void file(GuestMessage.Content content) {
      watcher.file(content);
    }

    /** Everybody comes, or ends: each has its own deadline. */
    @Override
    public void meet(String place) throws InterruptedException {
      meeting.awaitAdvanceInterruptibly(meeting.arrive());
      if (!met && revocations > 0) {
        met = true;
        long before = served.completed(index);
        revoking.add(threads.submit(() -> revoke(before)));
      }
    }

    /** At even parts of the guest's work, so that how fast it is does not matter. */
    private void revoke(long before) {
      for (int i = 1; i <= revocations; i++) {
        long due = before + work * i / (revocations + 1);
        while (served.completed(index) < due && !over) {
          LockSupport.parkNanos(PAUSE);
        }
        while (!served.revoke(index)) {
          LockSupport.parkNanos(PAUSE);
        }
        if (served.completed(index) < before + work) {
          revokedAtWork.incrementAndGet(index);
        }
      }
    }
  }
}
