package dev.adit.devices;

import java.util.List;
import java.util.Optional;

/**
 * A function in the hands of its driver, the host: set up, and lending what it consists of as
 * interfaces. Safe for several threads.
 */
public interface PhysicalFunction extends AutoCloseable {
  /** {@return the function on its bus} */
  PciFunction function();

  /** {@return what kind of function it is} */
  Traits traits();

  /** {@return the types that it offers, whether there is room or not} */
  List<AdiType> types();

  /** {@return how many more interfaces of a type there are, 0 of a type that it does not offer} */
  int room(String type);

  /**
   * {@return why an interface cannot be lent now, if it cannot; entries of stores and PASIDs are
   * the platform's to count}
   */
  Optional<Refusal> check(AdiRequest request);

  /**
   * Lends an interface for which {@link #check} found nothing in the way.
   *
   * @param pasid stands for the user's memory, 20 bits; nobody else's
   * @throws RefusedException if it cannot
   */
  Lease lease(AdiRequest request, int pasid);

  /** {@return where the interrupts of an interface lie that shares the function's store} */
  Optional<EntryStore> store();

  /**
   * {@return the layout as the ecosystem's own tools write it, in plain values; if there is such}
   */
  Optional<Object> layout();

  /** {@return what it has done, and how it is, as {@link Family#quantities} declare it} */
  List<Figure> figures();

  /** Stops it. No DMA and no interrupt after it returns. */
  @Override
  void close();
}
