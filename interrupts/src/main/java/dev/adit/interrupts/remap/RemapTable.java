package dev.adit.interrupts.remap;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.Target;

/**
 * The entries of a remapping unit as the system software that owns it programs them. Calls come
 * from one thread at a time for each entry.
 */
public interface RemapTable {
  /**
   * {@return the number of entries that a function can be given}
   *
   * @param requesterId the function, where each has a table of its own
   */
  int size(int requesterId);

  /** {@return whether each function has a table of its own} */
  boolean perFunction();

  /** {@return the message that names an entry} */
  Message message(int index);

  /**
   * Fills an entry that is not in use.
   *
   * @param cookie whose it is; its PASID is bound where the table can express that
   */
  void fill(int requesterId, int index, Aim aim, Cookie cookie);

  /**
   * Aims an entry that is in use elsewhere, in one piece: each message meets the old aim or the new
   * one, and after the call the new one.
   *
   * @return false if that cannot be done in one piece; then nothing has changed
   */
  boolean aim(int requesterId, int index, Aim aim, Cookie cookie);

  /** Empties an entry. After it returns nothing is delivered by it. */
  void empty(int requesterId, int index);

  /** Where an entry leads. */
  sealed interface Aim {
    /** A vector of a processor. */
    record Vector(int cpu, int vector) implements Aim {}

    /** A vector in a posted-interrupt descriptor. */
    record Descriptor(Target.Posted posted) implements Aim {}
  }
}
