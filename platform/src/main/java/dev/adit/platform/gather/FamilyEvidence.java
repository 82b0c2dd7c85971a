package dev.adit.platform.gather;

import dev.adit.pci.SeenFunction;
import dev.adit.platform.Symptom;
import dev.adit.platform.Use;
import java.util.List;

/**
 * What is known of one family of devices beyond what every PCI function says of itself: its
 * identities, its own signs, the questions of its users. Found as a service; a family without one
 * is judged by what its configuration space shows.
 */
public interface FamilyEvidence {
  /** {@return the name of the family, as users write it} */
  String name();

  /** {@return whether a function is of this family, told from its identity} */
  boolean knows(SeenFunction function);

  /**
   * {@return whether functions of the family have to do with SIOV even where they do not say so}
   */
  default boolean concerned() {
    return true;
  }

  /** {@return uses that a verdict is given for beside those of every function} */
  default List<Use> uses() {
    return List.of();
  }

  /** {@return what its users ask} */
  default List<Symptom> symptoms() {
    return List.of();
  }

  /**
   * Puts down what a machine says that matters to this family alone, such as its driver's state.
   */
  default void machine(Sheet sheet) {}

  /**
   * Puts down what is known of a function of the family. The sheet has what its configuration space
   * says; what is written here counts instead.
   */
  default void function(Sheet sheet, SeenFunction function) {}
}
