package dev.adit.devices.dsa;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Names of completion interrupts. Without handle commands a descriptor names an entry of its table
 * by index; with them it names a handle that was handed out and neither released nor revoked
 * (sections 3.7 and 7.5.4).
 *
 * <p>A handle is the number of a slot with a count of the slot's uses above it, so that a stale one
 * is not taken for its successor.
 */
final class InterruptHandles implements Handles {
  private static final long LIVE = 1L << 63;
  private static final int HANDLE = 32;
  private static final long IMS = 1 << 16;
  private static final int INDEX = 0xFFFF;

  private final boolean inUse;
  private final int msixSize;
  private final int imsSize;
  private final int slotBits;
  // Live, handle, table, index. A slot that is not live keeps its last handle.
  private final AtomicLongArray slots;
  private int next;

  /**
   * @param inUse whether software asks for handles
   * @param msixSize entries of the MSI-X table
   * @param imsSize entries of the interrupt message store
   */
  InterruptHandles(boolean inUse, int msixSize, int imsSize) {
    this.inUse = inUse;
    this.msixSize = msixSize;
    this.imsSize = imsSize;
    // Twice as many as entries: an entry's old handle lives until it is released.
    slotBits = 33 - Integer.numberOfLeadingZeros(msixSize + imsSize - 1);
    slots = new AtomicLongArray(inUse ? 1 << slotBits : 0);
  }

  @Override
  public boolean inTable(int index, boolean ims) {
    return index >= 0 && index < (ims ? imsSize : msixSize);
  }

  @Override
  public synchronized int request(int index, boolean ims) {
    for (int tries = 0; tries < slots.length(); tries++) {
      int slot = next++ & (slots.length() - 1);
      long old = slots.get(slot);
      if (old >= 0) {
        int uses = ((int) (old >>> HANDLE) >>> slotBits) + 1;
        int handle = ((uses << slotBits) | slot) & 0xFFFF;
        slots.set(slot, LIVE | (long) handle << HANDLE | (ims ? IMS : 0) | index);
        return handle;
      }
    }
    return NONE;
  }

  @Override
  public synchronized boolean release(int handleOrIndex, boolean ims) {
    if (live(handleOrIndex, ims)) {
      end(handleOrIndex & (slots.length() - 1));
      return true;
    }
    boolean any = false;
    for (int slot = 0; slot < slots.length(); slot++) {
      long word = slots.get(slot);
      if (word < 0 && (word & IMS) != 0 == ims && (word & INDEX) == handleOrIndex) {
        end(slot);
        any = true;
      }
    }
    return any;
  }

  @Override
  public synchronized void clear() {
    for (int slot = 0; slot < slots.length(); slot++) {
      end(slot);
    }
  }

  private void end(int slot) {
    slots.set(slot, slots.get(slot) & ~LIVE);
  }

  private boolean live(int handle, boolean ims) {
    if (slots.length() == 0) {
      return false;
    }
    long word = slots.get(handle & (slots.length() - 1));
    return word < 0 && ((word >>> HANDLE) & 0xFFFF) == handle && (word & IMS) != 0 == ims;
  }

  @Override
  public int entry(int handle, boolean ims) {
    if (!inUse) {
      return inTable(handle, ims) ? handle : NONE;
    }
    return live(handle, ims) ? (int) slots.get(handle & (slots.length() - 1)) & INDEX : NONE;
  }
}
