package dev.adit.machine;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import dev.adit.interrupts.store.QueueChip;
import dev.adit.interrupts.store.QueueStore;
import dev.adit.machine.QueueFunction.Store;
import dev.adit.machine.QueueFunction.Variant;
import java.util.Objects;

/**
 * A machine with two tenants to try attacks on: each has a function of its own, both have a queue
 * of a shared function with its messages in device memory, and a queue of one with its messages in
 * queue memory. From level 2 on, queues have PASIDs, the shared function checks them, and tenants
 * reach nothing of it but the page of their queue.
 */
final class TwoTenants {
  static final int A = 1;
  static final int B = 2;
  static final int RID_A = 0x0201;
  static final int RID_B = 0x0202;
  static final int RID_SHARED = 0x0300;
  static final int RID_CONTEXTS = 0x0400;
  static final int QUOTA = 16;

  private static final int VECTOR = 0x50;

  final PhysicalMachine host;
  final GuestMachine guestA;
  final GuestMachine guestB;
  final QueueFunction functionA;
  final QueueFunction functionB;
  final QueueFunction shared;
  final QueueFunction contexts;
  final ImsArray ims;
  final QueueStore contextStore;
  final BusDomain sharedStore;
  final BusDomain.Interrupt sharedA;
  final BusDomain.Interrupt sharedB;
  final BusDomain.Interrupt contextA;
  final BusDomain.Interrupt contextB;
  final Slot slotA;
  final Slot slotB;
  final long contextBase;
  private final IsolationLevel level;

  TwoTenants(IsolationLevel level) {
    this.level = level;
    host = new PhysicalMachine(4, level, QUOTA, ImsPolicy.GRANT);
    guestA = guest(A);
    guestB = guest(B);
    functionA = function(RID_A, Store.DEVICE_MEMORY, 0);
    functionB = function(RID_B, Store.DEVICE_MEMORY, 0);
    slotA = guestA.pass(functionA, RID_A, 0x08);
    slotB = guestB.pass(functionB, RID_B, 0x08);
    shared = function(RID_SHARED, Store.DEVICE_MEMORY, 0);
    contextBase = host.ram().allocate(QueueFunction.QUEUES * 16L, 4096);
    contexts = function(RID_CONTEXTS, Store.QUEUE_MEMORY, contextBase);
    ims = Objects.requireNonNull(shared.ims());
    contextStore = Objects.requireNonNull(contexts.contexts());
    queues(shared, RID_SHARED);
    queues(contexts, RID_CONTEXTS);
    sharedStore = host.store(RID_SHARED, new ImsChip(QueueFunction.STORE_FORMAT, ims, ims.size()));
    sharedA = sharedStore.allocate(owner(RID_SHARED, A), target(guestA, VECTOR));
    sharedB = sharedStore.allocate(owner(RID_SHARED, B), target(guestB, VECTOR));
    long mailbox = host.ram().allocate(16, 16);
    BusDomain contextDomain =
        host.store(
            RID_CONTEXTS,
            new QueueChip(
                QueueFunction.QUEUES, host.ram().atomic(), mailbox, contextStore::modify));
    contextA = contextDomain.allocate(0, owner(RID_CONTEXTS, A), target(guestA, VECTOR + 1));
    contextB = contextDomain.allocate(1, owner(RID_CONTEXTS, B), target(guestB, VECTOR + 1));
    for (BusDomain.Interrupt each :
        new BusDomain.Interrupt[] {sharedA, sharedB, contextA, contextB}) {
      each.mask(false);
    }
  }

  private GuestMachine guest(int vm) {
    return new GuestMachine(host, vm, new GuestMachine.Options(2, false, false), ImsPolicy.GRANT);
  }

  private QueueFunction function(int requesterId, Store store, long base) {
    boolean checks = level.compareTo(IsolationLevel.DEVICE_PASID) >= 0;
    boolean tagged = level == IsolationLevel.REMAPPER_PASID && pasids(requesterId);
    QueueFunction function =
        new QueueFunction(
            new Variant(store, checks, tagged),
            host.dma(requesterId),
            host.bus(),
            requesterId,
            host.ram().atomic(),
            base);
    Slot _ = host.attach(function, requesterId);
    return function;
  }

  private static boolean pasids(int requesterId) {
    return requesterId == RID_SHARED || requesterId == RID_CONTEXTS;
  }

  private boolean hasPasids() {
    return level.compareTo(IsolationLevel.DEVICE_PASID) >= 0;
  }

  private void queues(QueueFunction function, int requesterId) {
    for (int vm : new int[] {A, B}) {
      GuestMachine guest = vm == A ? guestA : guestB;
      host.map(vm, requesterId, pasid(requesterId, vm), guest.ram());
      if (hasPasids()) {
        setPasid(function, vm - 1, pasid(requesterId, vm));
      }
    }
  }

  static void setPasid(QueueFunction function, int queue, int pasid) {
    function.write(0, queue * 8L, 4, 1 | pasid << 12);
  }

  static int pasid(int requesterId, int vm) {
    return (requesterId >>> 4) + vm;
  }

  /** A tenant as the owner of an interrupt of a function. */
  Cookie owner(int requesterId, int vm) {
    return Cookie.of(vm, hasPasids() ? pasid(requesterId, vm) : MessageStore.NO_PASID);
  }

  static Target target(GuestMachine guest, int vector) {
    return guest.target(0, vector);
  }

  /** What a tenant reaches of the shared function: its page, or all where nobody prevents it. */
  Slot view(QueueFunction function, int vm) {
    return new TenantSlot(function, RID_SHARED, vm - 1, !hasPasids());
  }

  /** Interrupts that reached anybody but tenant A. */
  long others() {
    return delivered(guestB) + delivered(host);
  }

  static long delivered(Machine machine) {
    long sum = 0;
    for (int i = 0; i < machine.cpus(); i++) {
      sum += machine.cpu(i).delivered();
    }
    return sum;
  }

  /** Has a queue write a DWORD and signal; {@return the status of the work} */
  static int work(Slot slot, int queue, long address, int data, int handle) {
    long page = (long) queue * QueueFunction.PAGE;
    slot.write(2, page + QueueFunction.ADDRESS, 8, address);
    slot.write(2, page + QueueFunction.DATA, 4, data);
    slot.write(2, page + QueueFunction.HANDLE, 4, handle);
    slot.write(2, page + QueueFunction.DOORBELL, 4, 1);
    return (int) slot.read(2, page + QueueFunction.STATUS, 4);
  }

  /** The message in an entry of a function's MSI-X table, as the device would send it. */
  static Message real(QueueFunction function, int vector) {
    long at = QueueFunction.MSIX_TABLE + vector * 16L;
    return new Message(function.read(0, at, 8), (int) function.read(0, at + 8, 4));
  }
}
