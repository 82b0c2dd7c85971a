package dev.adit.machine;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.GuestMemory;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.remap.VtdUnit;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import dev.adit.machine.Attack.Kind;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The attacks of one tenant on the other, each on a machine of its own, on one isolation level. An
 * attempt counts as through when a processor that is not the attacker's has taken an interrupt, or
 * when an interrupt of the victim went elsewhere. What is reported is what happened.
 */
public final class Attacks {
  // The last page of a guest; far from what the host keeps in its own memory, which it is at times.
  private static final int DMA_ADDRESS = 0x1F_F000;
  private static final int ROUNDS = 20_000;

  private final IsolationLevel level;
  private final Map<String, Long> stopped = new TreeMap<>();
  private long tried;
  private long through;

  private Attacks(IsolationLevel level) {
    this.level = level;
  }

  /** Runs all attacks on a level. */
  public static List<Attack> run(IsolationLevel level) {
    List<Attack> results = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      results.add(run(level, kind));
    }
    return results;
  }

  /** Runs one kind of attack on a level. */
  public static Attack run(IsolationLevel level, Kind kind) {
    Attacks attacks = new Attacks(level);
    TwoTenants tenants = new TwoTenants(level);
    switch (kind) {
      case FORGED_COMPATIBILITY -> attacks.forgedCompatibility(tenants);
      case FORGED_REMAPPABLE -> attacks.forgedRemappable(tenants);
      case INDEX_PAST_TABLE -> attacks.indexPastTable(tenants);
      case WRONG_REQUESTER -> attacks.wrongRequester();
      case REPLAY -> attacks.replay(tenants);
      case SHARED_REQUESTER -> attacks.sharedRequester(tenants);
      case FOREIGN_HANDLE -> attacks.foreignHandle(tenants);
      case FOREIGN_ENTRY -> attacks.foreignEntry(tenants);
      case ENTRY_REUSE -> attacks.entryReuse(tenants);
      case OWN_STORE -> attacks.ownStore(tenants);
      case TAGGED_WRITE -> attacks.taggedWrite(tenants);
      case MASK_RACE -> attacks.maskRace(tenants);
      case EXHAUSTION -> attacks.exhaustion(tenants);
    }
    tenants.host.tally().stopped().forEach((why, times) -> attacks.stopped(why, times));
    return new Attack(kind, level, attacks.tried, attacks.through, Map.copyOf(attacks.stopped));
  }

  private void stopped(String why, long times) {
    stopped.merge(why, times, Long::sum);
  }

  /** Makes an attempt; through when it says that somebody else was hit. */
  private void attempt(BooleanSupplier hit) {
    tried++;
    through += hit.getAsBoolean() ? 1 : 0;
  }

  /** Has A's queue write a message to the bus; through when anybody else takes an interrupt. */
  private void send(TwoTenants t, Slot slot, int queue, Message message) {
    attempt(
        () -> {
          long before = t.others();
          int status =
              TwoTenants.work(
                  slot, queue, message.address(), message.data(), QueueFunction.NO_INTERRUPT);
          if (status == QueueFunction.DMA_FAULT) {
            stopped("DMA remapping: a request with PASID is no interrupt", 1);
          }
          return t.others() != before;
        });
  }

  /** Has A's queue finish work with a handle; through when anybody else takes an interrupt. */
  private void complete(TwoTenants t, Slot slot, int queue, int handle) {
    attempt(
        () -> {
          long before = t.others();
          if (TwoTenants.work(slot, queue, DMA_ADDRESS, 1, handle) == QueueFunction.BAD_HANDLE) {
            stopped("device: invalid interrupt handle (0x19)", 1);
          }
          return t.others() != before;
        });
  }

  private void forgedCompatibility(TwoTenants t) {
    for (int cpu = 0; cpu < t.host.cpus(); cpu++) {
      for (int vector = 0x10; vector < 0x100; vector++) {
        CompatibilityMessage message = CompatibilityMessage.fixed(cpu, vector);
        send(t, t.slotA, 0, new Message(message.address(), message.data()));
      }
    }
  }

  private void forgedRemappable(TwoTenants t) {
    send(t, t.slotA, 0, t.sharedB.message());
    send(t, t.slotA, 0, t.contextB.message());
    for (int index = 0; index < 64; index++) {
      // Its own entries are skipped: nothing but A's own processors would notice.
      RemappableMessage message = RemappableMessage.of(index);
      send(t, t.slotA, 0, new Message(message.address(), message.data()));
    }
  }

  private void indexPastTable(TwoTenants t) {
    for (int handle : new int[] {256, 257, 4096, 65_535, 1 << 24, QueueFunction.NO_INTERRUPT - 1}) {
      complete(t, t.slotA, 0, handle);
      complete(t, t.slotA, 0, handle | QueueFunction.MSIX_HANDLE);
    }
    for (int index : new int[] {4096, 4097, 32_768, 65_535}) {
      RemappableMessage message = RemappableMessage.of(index);
      send(t, t.slotA, 0, new Message(message.address(), message.data()));
      RemappableMessage beyond = RemappableMessage.of(65_535, index);
      send(t, t.slotA, 0, new Message(beyond.address(), beyond.data()));
    }
    // Where nothing remaps, these are a vector of processor 0.
    for (int vector = 0x10; vector < 0x100; vector++) {
      RemappableMessage message = RemappableMessage.of(32_768, vector);
      send(t, t.slotA, 0, new Message(message.address(), message.data()));
    }
  }

  /** Each rule of source validation, with every requester ID that it does not admit. */
  private void wrongRequester() {
    if (level == IsolationLevel.NONE) {
      rule(Irte.SVT_NONE, 0, 0x0100, 0x0000);
      return;
    }
    rule(Irte.SVT_REQUESTER, 0, 0x0100, 0xFFFF);
    rule(Irte.SVT_REQUESTER, 1, 0x0100, 0xFFFB);
    rule(Irte.SVT_REQUESTER, 2, 0x0100, 0xFFF9);
    rule(Irte.SVT_REQUESTER, 3, 0x0100, 0xFFF8);
    rule(Irte.SVT_BUS, 0, 0x0203, -1);
  }

  private void rule(int svt, int sq, int sid, int mask) {
    long table = 0x1000;
    GuestMemory memory = GuestMemory.of(0, Arena.ofAuto().allocate(0x2000, 4096));
    Irte irte = Irte.remapped(1, 0x40, 0).withSource(svt, sq, sid);
    memory.setLong(table, irte.lo());
    memory.setLong(table + 8, irte.hi());
    VtdUnit unit = new VtdUnit(VtdConfig.hardware(), memory, (_, _, _) -> {});
    unit.write(VtdRegister.IRTA.offset(), 8, table | 7 | VtdFields.EIME.mask());
    unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.SIRTP.mask());
    unit.write(VtdRegister.GCMD.offset(), 4, VtdFields.IRE.mask());
    RemappableMessage message = RemappableMessage.of(0);
    for (int requester = 0; requester <= 0xFFFF; requester++) {
      int bus = requester >>> 8;
      boolean admitted =
          svt == Irte.SVT_BUS
              ? bus >= sid >>> 8 && bus <= (sid & 0xFF)
              : mask != 0 && (requester & mask) == (sid & mask);
      if (!admitted && requester != sid) {
        wrong(unit, message, requester);
      }
    }
  }

  private void wrong(VtdUnit unit, RemappableMessage message, int requester) {
    tried++;
    Outcome outcome =
        new Outcome(
            unit.remap(message.address(), message.data(), requester, MessageStore.NO_PASID));
    if (outcome.arrived()) {
      through++;
    } else {
      stopped(outcome.reason().map(r -> "fault %Xh %s".formatted(r.code(), r)).orElse("?"), 1);
    }
  }

  private void replay(TwoTenants t) {
    QueueDriver driver = driver(t.guestA, t.slotA);
    int _ = driver.work(1);
    Message old = TwoTenants.real(t.functionA, 1);
    driver.close();
    t.guestA.destroy();
    // The victim takes what has become free.
    QueueDriver victim = driver(t.guestB, t.slotB);
    for (int i = 0; i < 16; i++) {
      send(t, t.host.attach(t.functionA, TwoTenants.RID_A), 0, old);
    }
    victim.close();
  }

  private static QueueDriver driver(Machine machine, Slot slot) {
    PciDevice device = new MachinePciDevice(machine, slot);
    return new QueueDriver(device, QueueFunction.Store.DEVICE_MEMORY, 0, MessageStore.NO_PASID);
  }

  private void sharedRequester(TwoTenants t) {
    for (int i = 0; i < 16; i++) {
      send(t, t.view(t.shared, TwoTenants.A), 0, t.sharedB.message());
    }
  }

  private void foreignHandle(TwoTenants t) {
    for (int i = 0; i < 16; i++) {
      complete(t, t.view(t.shared, TwoTenants.A), 0, t.sharedB.index());
    }
  }

  private void foreignEntry(TwoTenants t) {
    Slot attacker = t.view(t.shared, TwoTenants.A);
    Slot victim = t.view(t.shared, TwoTenants.B);
    long entry = QueueFunction.IMS + t.sharedB.index() * 16L;
    for (int i = 0; i < 16; i++) {
      attempt(
          () -> {
            attacker.write(0, entry, 8, t.sharedA.message().address());
            attacker.write(0, entry + 8, 4, t.sharedA.message().data());
            if (!((TenantSlot) attacker).reaches(0, entry)) {
              stopped("the store is not mapped for the tenant", 1);
            }
            long before = TwoTenants.delivered(t.guestB);
            TwoTenants.work(victim, 1, DMA_ADDRESS, 1, t.sharedB.index());
            return TwoTenants.delivered(t.guestB) != before + 1;
          });
    }
  }

  private void entryReuse(TwoTenants t) {
    int old = t.sharedA.index();
    t.sharedA.release();
    BusDomain.Interrupt reused =
        t.sharedStore.allocate(
            t.owner(TwoTenants.RID_SHARED, TwoTenants.B), TwoTenants.target(t.guestB, 0x60));
    reused.mask(false);
    if (reused.index() != old) {
      throw new IllegalStateException("The entry was not used again");
    }
    for (int i = 0; i < 16; i++) {
      complete(t, t.view(t.shared, TwoTenants.A), 0, old);
    }
  }

  private void ownStore(TwoTenants t) {
    Slot attacker = t.view(t.contexts, TwoTenants.A);
    for (int i = 0; i < 16; i++) {
      // The device has no copy: it takes what the memory says, which the tenant can write.
      t.contextStore.evict(0);
      long rest = t.host.ram().getLong(t.contextBase + 8);
      long forged = Integer.toUnsignedLong(t.contextB.message().data());
      t.host.ram().setLong(t.contextBase, t.contextB.message().address());
      t.host.ram().setLong(t.contextBase + 8, (rest & 0xFFFF_FFFF_0000_0000L) | forged);
      complete(t, attacker, 0, 0);
    }
  }

  private void taggedWrite(TwoTenants t) {
    int queue = 5;
    TwoTenants.setPasid(t.shared, queue, TwoTenants.pasid(TwoTenants.RID_SHARED, TwoTenants.A));
    Slot slot = new TenantSlot(t.shared, TwoTenants.RID_SHARED, queue, false);
    for (int i = 0; i < 16; i++) {
      send(t, slot, queue, t.sharedB.message());
      CompatibilityMessage message = CompatibilityMessage.fixed(0, 0x30 + i);
      send(t, slot, queue, new Message(message.address(), message.data()));
    }
  }

  /** A masks and unmasks as fast as it can while both use the function; B must lose nothing. */
  private void maskRace(TwoTenants t) {
    Thread masker =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < ROUNDS; i++) {
                    t.sharedA.mask((i & 1) == 0);
                  }
                });
    Slot a = t.view(t.shared, TwoTenants.A);
    Slot b = t.view(t.shared, TwoTenants.B);
    long aBefore = TwoTenants.delivered(t.guestA);
    do {
      TwoTenants.work(a, 0, DMA_ADDRESS, 1, t.sharedA.index());
      attempt(
          () -> {
            long before = TwoTenants.delivered(t.guestB);
            TwoTenants.work(b, 1, DMA_ADDRESS, 1, t.sharedB.index());
            return TwoTenants.delivered(t.guestB) != before + 1;
          });
    } while (masker.isAlive());
    boolean lost = TwoTenants.delivered(t.guestA) == aBefore || t.ims.pending(t.sharedA.index());
    attempt(() -> lost);
  }

  /** A takes what it can get: entries of a store, and vectors with the remapping entries before. */
  private void exhaustion(TwoTenants t) {
    Cookie a = t.owner(TwoTenants.RID_SHARED, TwoTenants.A);
    Target mine = TwoTenants.target(t.guestA, 0x60);
    hoard(t, () -> t.sharedStore.allocate(a, mine)::release);
    Cookie whole = Cookie.of(TwoTenants.A, MessageStore.NO_PASID);
    hoard(t, () -> t.host.domain().allocate(whole, TwoTenants.RID_A, mine)::release);
    hoard(t, () -> t.host.domain().allocate(whole, TwoTenants.RID_A, Target.ANY_CPU)::release);
  }

  /** Takes as long as it gets, looks what is left for the victim, and gives all back. */
  private void hoard(TwoTenants t, Supplier<Runnable> one) {
    List<Runnable> taken = new ArrayList<>();
    for (int i = 0; i < 2 * t.ims.size(); i++) {
      tried++;
      try {
        taken.add(one.get());
      } catch (DomainException e) {
        stopped("refused: " + e.reason().name().toLowerCase(Locale.ROOT), 1);
      }
    }
    attempt(() -> !servesVictim(t));
    taken.forEach(Runnable::run);
  }

  private static boolean servesVictim(TwoTenants t) {
    Cookie b = t.owner(TwoTenants.RID_SHARED, TwoTenants.B);
    Cookie whole = Cookie.of(TwoTenants.B, MessageStore.NO_PASID);
    List<Runnable> taken = new ArrayList<>();
    try {
      for (int i = 0; i < TwoTenants.QUOTA / 4; i++) {
        taken.add(t.sharedStore.allocate(b, TwoTenants.target(t.guestB, 0x60))::release);
        taken.add(t.host.domain().allocate(whole, TwoTenants.RID_B, Target.ANY_CPU)::release);
      }
      return true;
    } catch (DomainException e) {
      return false;
    } finally {
      taken.forEach(Runnable::run);
    }
  }
}
