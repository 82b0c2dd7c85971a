package dev.adit.host;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Who there is on a host: each virtual device has a number, which is its PASID too. Numbers are
 * given here and nowhere else. Safe for several threads.
 */
final class Owners {
  private final int most;
  private final BitSet taken = new BitSet();
  private final AtomicReferenceArray<@Nullable String> names;

  /**
   * Makes the numbers from 1 to below {@code most}; 0 is the host itself.
   *
   * @param most at most 2<sup>20</sup>
   */
  Owners(int most) {
    this.most = most;
    names = new AtomicReferenceArray<>(most);
    taken.set(0);
  }

  /** {@return a number for a device, or -1 if all are taken} */
  synchronized int take(String name) {
    int number = taken.nextClearBit(0);
    if (number >= most) {
      return -1;
    }
    taken.set(number);
    names.set(number, name);
    return number;
  }

  synchronized void giveBack(int number) {
    taken.clear(number);
  }

  /** {@return how many more devices there can be} */
  synchronized int free() {
    return most - taken.cardinality();
  }

  /** {@return the device that has a number, or had it last; waits for nothing} */
  Optional<String> name(int number) {
    return number < 0 || number >= most ? Optional.empty() : Optional.ofNullable(names.get(number));
  }

  /**
   * Checks whom an entry of a store is to belong to: the host, or somebody who has a number, with
   * that number as PASID or with none.
   */
  synchronized void check(Cookie owner) {
    boolean host = owner.vm() == Cookie.HOST.vm() && owner.pasid() < 0;
    boolean known = owner.vm() != Cookie.HOST.vm() && taken.get(owner.vm());
    if (!host && !(known && (owner.pasid() < 0 || owner.pasid() == owner.vm()))) {
      throw new DomainException(
          DomainException.Reason.OWNER, "PASID " + owner.pasid() + " was not given to anybody");
    }
  }
}
