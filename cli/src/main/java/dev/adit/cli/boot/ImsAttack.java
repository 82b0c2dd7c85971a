package dev.adit.cli.boot;

import dev.adit.cli.serve.ServedDsa;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.EnginePolicy;
import dev.adit.host.HostRemapper;
import dev.adit.host.HostTenant;
import dev.adit.host.VmArguments;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.vfiouser.EventLoops;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Two guests beside each other on one host: the victim works, the attacker has its function send
 * whatever pairs it can think of. The host is careless: it composes messages for both on every
 * level, where a careful one would refuse.
 */
final class ImsAttack {
  /** The attacker's function, unless it shares the victim's requester ID. */
  private static final int ATTACKER_ID = 0x6a10;

  private static final int VICTIM_PASID = 0x101;
  private static final int ATTACKER_PASID = 0x102;

  private final ImsOptions.Way way;
  private final IsolationLevel level;
  private final boolean shared;
  private final CountDownLatch working = new CountDownLatch(1);
  private final CountDownLatch forged = new CountDownLatch(1);

  ImsAttack(ImsOptions.Way way, IsolationLevel level, boolean shared) {
    this.way = way;
    this.level = level;
    this.shared = shared;
  }

  /** How one of the two guests is booted and watched. */
  record Side(GuestMachine guest, GuestBoot boot, GuestRun.Watcher watcher) {}

  /** Boots both and lets the attacker try. */
  ImsAttackReport run(
      Side victim, Side attacker, DsaProfile profile, Function<Path, VmArguments> machine)
      throws IOException, InterruptedException {
    HostRemapper host = new HostRemapper(level);
    HostTenant held = host.join(ServedDsa.REQUESTER_ID, VICTIM_PASID);
    HostTenant forging = host.join(shared ? ServedDsa.REQUESTER_ID : ATTACKER_ID, ATTACKER_PASID);
    try (EventLoops loops = EventLoops.start(2, EventLoops.Idle.BLOCK);
        ServedDsa one = serve(loops, victim, profile, held);
        ServedDsa other = serve(loops, attacker, profile, forging);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<GuestRun> first =
          threads.submit(() -> follow(victim, machine.apply(one.path()), working, forged));
      Future<GuestRun> second =
          threads.submit(() -> follow(attacker, machine.apply(other.path()), forged, working));
      GuestRun last = second.get();
      return new ImsAttackReport(way, level, shared, first.get(), last, held, forging);
    } catch (ExecutionException e) {
      throw new IOException("a guest could not be followed", e.getCause());
    }
  }

  private ServedDsa serve(EventLoops loops, Side side, DsaProfile profile, HostTenant tenant) {
    Path socket = side.guest().folder().resolve("dsa.sock");
    return new ServedDsa(loops, socket, profile, EnginePolicy.threads(), way, tenant);
  }

  /** Follows a guest, which opens one latch when it is done and waits at the other. */
  private static GuestRun follow(
      Side side, VmArguments machine, CountDownLatch done, CountDownLatch until)
      throws IOException, InterruptedException {
    try {
      return side.boot().run(side.guest(), machine, new Meeting(side.watcher(), done, until));
    } finally {
      done.countDown();
    }
  }

  /** The victim meets when it works, and may stop when the attacker is through. */
  private record Meeting(GuestRun.Watcher watcher, CountDownLatch done, CountDownLatch until)
      implements GuestRun.Watcher {
    @Override
    public void progress(String text) {
      watcher.progress(text);
    }

    @Override
    public void fact(GuestMessage.Fact fact) {
      watcher.fact(fact);
    }

    @Override
    public void meet(String place) throws InterruptedException {
      if (place.equals("working")) {
        done.countDown();
      }
      until.await();
    }
  }

  /** {@return the guests that run} */
  static List<GuestMachine> guests(Side victim, Side attacker) {
    return List.of(victim.guest(), attacker.guest());
  }
}
