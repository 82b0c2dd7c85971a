package dev.adit.host;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** Steps that make something, each with what undoes it; undone in reverse, once. */
final class Composition {
  private final Deque<Runnable> undo = new ArrayDeque<>();

  /** {@return what a step has made, which is undone in its turn} */
  <T> T step(T made, Consumer<? super T> undoing) {
    undo.push(() -> undoing.accept(made));
    return made;
  }

  /** Undoes all steps, the last one first. */
  void undo() {
    while (!undo.isEmpty()) {
      undo.pop().run();
    }
  }
}
