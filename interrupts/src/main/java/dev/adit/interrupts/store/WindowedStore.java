package dev.adit.interrupts.store;

import dev.adit.interrupts.Bytes;
import dev.adit.interrupts.InFlight;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.Remapper;
import dev.adit.interrupts.remap.RemappingUnit;
import dev.adit.interrupts.spec.EntryFormat;
import dev.adit.interrupts.spec.MessageEntry;
import org.jspecify.annotations.Nullable;

/**
 * A message store in device memory: 16 bytes for each entry, of which 0 to 7 are the address, 8 to
 * 11 the data and 12 to 15 the control word.
 *
 * <p>What software writes to address and data is kept in registers and becomes live, as a pair,
 * with the next write that touches data or control. A message in flight is therefore the pair from
 * before such a write or the one from after it, never address of one and data of the other. Drivers
 * that mask an entry, write it and unmask it, and drivers that write address first and data last
 * (the two ways in use), both get what they mean.
 *
 * <p>A read is answered when the messages that were on their way are through, as on a bus, where
 * the answer to a read does not overtake the device's writes. A driver that masks an entry or
 * replaces its pair, and reads back, knows that the old message has arrived or never will.
 *
 * <h2>One slot for store and remapping unit</h2>
 *
 * Where messages go straight to a remapping unit, the entry is looked up under a slot of the unit,
 * and if the unit can deliver by what it has cached, that is all. Anything else (a mask, an entry
 * to be fetched, a fault) is begun again under a slot of the store, with the unit taking its own.
 * So whoever waits for messages on their way waits for both.
 */
abstract sealed class WindowedStore implements MessageStore, RegisterWindow
    permits MsixTable, ImsArray {
  private static final int ENTRY_BYTES = MessageEntry.BYTES;
  private static final int DATA = MessageEntry.DATA;
  private static final int CONTROL = MessageEntry.CONTROL;

  final EntryFormat format;
  final MessageEntries entries;
  final MessageSink sink;
  final int requesterId;
  final InFlight inFlight = new InFlight();
  private final @Nullable RemappingUnit unit;
  private final Remapper.@Nullable Observer observer;

  // What reads of the registers give; changed under the lock only.
  private final long[] address;
  private final int[] data;

  WindowedStore(EntryFormat format, int size, MessageSink sink, int requesterId) {
    this.format = format;
    entries = new MessageEntries(size);
    this.sink = sink;
    this.requesterId = requesterId;
    unit =
        switch (sink) {
          case RemappingUnit itself -> itself;
          case RemappingUnit.Observed observed -> observed.unit();
          default -> null;
        };
    observer = sink instanceof RemappingUnit.Observed observed ? observed.observer() : null;
    address = new long[size];
    data = new int[size];
  }

  @Override
  public final int size() {
    return entries.size();
  }

  /**
   * Reads the register window.
   *
   * @param offset bytes from its start
   * @param width 1, 2, 4 or 8 bytes, naturally aligned
   * @return the value, zero-extended; all ones outside the window or for any other width
   */
  @Override
  public long read(long offset, int width) {
    if (!covers(offset, width)) {
      return Bytes.ones(width);
    }
    long value = register(offset, width);
    awaitMessages();
    return value;
  }

  /** Returns when the messages that were on their way are through; never under the lock. */
  final void awaitMessages() {
    inFlight.await();
    if (unit != null) {
      unit.inFlight().await();
    }
  }

  private synchronized long register(long offset, int width) {
    int entry = (int) (offset / ENTRY_BYTES);
    int within = (int) (offset % ENTRY_BYTES);
    long half = within < DATA ? address[entry] : dataAndControl(entry);
    return Bytes.get(half, within % 8, width);
  }

  /**
   * Writes the register window; anything that is no naturally aligned access inside it is dropped.
   *
   * @param offset bytes from its start
   * @param width 1, 2, 4 or 8 bytes, naturally aligned
   */
  @Override
  public void write(long offset, int width, long value) {
    if (covers(offset, width)) {
      store(offset, width, value);
    }
  }

  private synchronized void store(long offset, int width, long value) {
    int entry = (int) (offset / ENTRY_BYTES);
    int within = (int) (offset % ENTRY_BYTES);
    if (within < DATA) {
      address[entry] =
          format.address(address[entry], Bytes.set(address[entry], within, width, value));
      return;
    }
    long half = Bytes.set(dataAndControl(entry), within - DATA, width, value);
    data[entry] = (int) half;
    boolean controlToo = within + width > CONTROL;
    int control = controlToo ? (int) (half >>> 32) : entries.control(entry);
    entries.commit(entry, address[entry], data[entry], control & format.writable());
    settle(entry);
  }

  final boolean covers(long offset, int width) {
    return Bytes.shaped(offset, width) && offset < (long) entries.size() * ENTRY_BYTES;
  }

  private long dataAndControl(int entry) {
    int control = entries.control(entry) | (entries.pending(entry) ? format.pending() : 0);
    return Integer.toUnsignedLong(data[entry]) | (long) control << 32;
  }

  /** Puts every entry into its reset state: masked, nothing pending. */
  final synchronized void resetEntries() {
    for (int i = 0; i < entries.size(); i++) {
      address[i] = format.resetAddress();
      data[i] = 0;
      entries.commit(i, format.resetAddress(), 0, MessageEntries.MASK);
      entries.clearPending(i);
    }
  }

  /** {@return whether something beside the entry's mask holds it back} */
  abstract boolean held();

  /** Sends what is pending if nothing holds the entry back; called after whatever may open it. */
  final void settle(int entry) {
    int slot = inFlight.enter();
    try {
      sendPending(entry);
    } finally {
      inFlight.leave(slot);
    }
  }

  /** As {@link #settle}, for one who has a slot. */
  void sendPending(int entry) {
    for (; ; ) {
      long s = entries.state(entry);
      if ((s & MessageEntries.PENDING) == 0 || (s & MessageEntries.MASK) != 0 || held()) {
        return;
      }
      long to = entries.address(entry, s);
      int with = entries.data(entry, s);
      if (entries.replace(entry, s, s & ~MessageEntries.PENDING)) {
        send(to, with, s);
        return;
      }
    }
  }

  /**
   * Sends the entry's message, or marks it pending when something holds it back.
   *
   * @param cause who asks for it, in terms of {@link #answers}
   * @return whether the entry answers to that
   */
  final boolean signal(int entry, int cause) {
    if (unit != null && sentStraight(unit, entry, cause)) {
      return true;
    }
    int slot = inFlight.enter();
    try {
      return sendOrMark(entry, cause);
    } finally {
      inFlight.leave(slot);
    }
  }

  private boolean sentStraight(RemappingUnit to, int entry, int cause) {
    int slot = to.inFlight().enter();
    try {
      long s = entries.state(entry);
      if ((s & MessageEntries.MASK) != 0 || held() || !answers(s, cause)) {
        return false;
      }
      long address = entries.address(entry, s);
      int data = entries.data(entry, s);
      if (entries.state(entry) != s) {
        return false;
      }
      long outcome = to.attempt(address, data, requesterId, tag(s));
      boolean arrived = Outcome.arrived(outcome);
      if (arrived && observer != null) {
        observer.handled(outcome, requesterId);
      }
      return arrived;
    } finally {
      to.inFlight().leave(slot);
    }
  }

  /** As {@link #signal}, for one who has a slot of the store. */
  final boolean sendOrMark(int entry, int cause) {
    for (; ; ) {
      long s = entries.state(entry);
      if (!answers(s, cause)) {
        return false;
      }
      if ((s & MessageEntries.MASK) != 0 || held()) {
        // By the state that was looked at: the next owner does not get what the last one left.
        if ((s & MessageEntries.PENDING) != 0
            || entries.replace(entry, s, s | MessageEntries.PENDING)) {
          sendPending(entry);
          return true;
        }
      } else {
        long to = entries.address(entry, s);
        int with = entries.data(entry, s);
        if (entries.state(entry) == s) {
          send(to, with, s);
          return true;
        }
      }
    }
  }

  private void send(long to, int with, long state) {
    sink.send(to, with, requesterId, tag(state));
  }

  /** A cause that every entry answers to. */
  static final int ANY_CAUSE = Integer.MIN_VALUE;

  /**
   * {@return whether an entry in a state answers to a cause}
   *
   * @param cause the PASID of a work item that is done, or {@link #NO_PASID}, or {@link #ANY_CAUSE}
   */
  abstract boolean answers(long state, int cause);

  /** {@return the PASID that a message of an entry in a state is tagged with} */
  abstract int tag(long state);
}
