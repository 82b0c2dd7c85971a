package dev.adit.bench;

import dev.adit.devices.dsa.spec.ImsEntry;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.RemapDomain;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.remap.VtdEntries;
import dev.adit.interrupts.remap.VtdUnit;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Allocation and release of an interrupt, all of it: cookie, quotas, store entry, remapping entry,
 * vector, and an invalidation that is waited for, with a million others live on sixteen functions
 * behind sixteen remapping units. An operation is one allocation or one release.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx3g")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class AllocationBenchmark {
  private static final int UNITS = 16;
  private static final int ENTRIES = 65_536;
  private static final int TABLE_BITS = 15;
  private static final int CPUS = 8192;
  private static final int TENANTS = 1024;

  /** Interrupts that stay allocated. */
  @Param({"16384", "1000000"})
  private int live;

  private final Cookie[] owners = owners();
  private final BusDomain[] domains = new BusDomain[UNITS];
  private BusDomain.Interrupt[] interrupts = {};
  private final SplittableRandom random = new SplittableRandom(1);

  /** Allocates what stays. */
  @Setup
  public void allocate() {
    VectorDomain vectors = new VectorDomain(CPUS, Quotas.none("vectors"));
    Quotas remapping = new Quotas("remapping entries", 1 << 20);
    Quotas entries = new Quotas("store entries", 1 << 20);
    for (int i = 0; i < UNITS; i++) {
      domains[i] = domain(i, vectors, remapping, entries);
    }
    interrupts = new BusDomain.Interrupt[live];
    for (int i = 0; i < live; i++) {
      interrupts[i] = domains[i % UNITS].allocate(owners[i % TENANTS], Target.ANY_CPU);
    }
  }

  private static BusDomain domain(int i, VectorDomain vectors, Quotas remapping, Quotas entries) {
    GuestMemory memory = GuestMemory.of(0, Arena.ofAuto().allocate(ENTRIES * 16L, 4096));
    VtdUnit unit = new VtdUnit(VtdConfig.hardware(), memory, (_, _, _) -> {});
    unit.write(VtdRegister.IRTA.offset(), 8, TABLE_BITS | VtdFields.EIME.mask());
    unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.SIRTP.mask());
    unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.IRE.mask());
    VtdEntries table =
        new VtdEntries(
            unit::invalidate, memory, 0, ENTRIES, true, false, IsolationLevel.REQUESTER_ID);
    ImsArray store = new ImsArray(ImsEntry.FORMAT, ENTRIES, unit, i);
    return new BusDomain(
        new RemapDomain(table, vectors, remapping),
        new ImsChip(ImsEntry.FORMAT, store, ENTRIES),
        i,
        entries,
        cookie -> {
          if (cookie.pasid() != cookie.vm()) {
            throw new IllegalArgumentException("not the tenant's PASID");
          }
        });
  }

  /** What a tenant's interrupts have in common. */
  private static Cookie[] owners() {
    return IntStream.rangeClosed(1, TENANTS)
        .mapToObj(vm -> Cookie.of(vm, vm))
        .toArray(Cookie[]::new);
  }

  /** Releases a random interrupt and allocates another on the same function. */
  @Benchmark
  @OperationsPerInvocation(2)
  public BusDomain.Interrupt releaseAndAllocate() {
    int at = random.nextInt(live);
    interrupts[at].release();
    interrupts[at] = domains[at % UNITS].allocate(owners[at % TENANTS], Target.ANY_CPU);
    return interrupts[at];
  }
}
