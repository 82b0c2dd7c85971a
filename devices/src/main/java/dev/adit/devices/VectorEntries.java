package dev.adit.devices;

/** The entries of a store behind the vectors of a virtual function, from vector 1 on. */
public interface VectorEntries extends GuestVectors.Behind {
  /** {@return the index of a vector's entry in the store, or -1 if it has none now} */
  int index(int vector);

  /** {@return why an entry is of no use to this device; allocates nothing} */
  Dropped why(int index);
}
