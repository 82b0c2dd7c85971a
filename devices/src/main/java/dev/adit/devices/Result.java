package dev.adit.devices;

import java.util.Optional;
import java.util.function.Function;

/**
 * What was asked for, or why it is refused.
 *
 * @param <T> what was asked for
 */
public sealed interface Result<T> {
  /** It was done. */
  record Done<T>(T value) implements Result<T> {}

  /** It was not done. */
  record Refused<T>(Refusal refusal) implements Result<T> {}

  /** {@return a result that holds what was asked for} */
  static <T> Result<T> done(T value) {
    return new Done<>(value);
  }

  /** {@return a refusal} */
  static <T> Result<T> refused(Refusal.Reason reason, String message) {
    return new Refused<>(new Refusal(reason, message));
  }

  /** {@return why it is refused, if it is} */
  default Optional<Refusal> whyRefused() {
    return this instanceof Refused<T>(Refusal refusal) ? Optional.of(refusal) : Optional.empty();
  }

  /** {@return whether it was done} */
  default boolean isDone() {
    return this instanceof Done<T>;
  }

  /** {@return what comes of this, unless it is refused already} */
  default <U> Result<U> then(Function<? super T, Result<U>> next) {
    return switch (this) {
      case Done<T>(T value) -> next.apply(value);
      case Refused<T>(Refusal refusal) -> new Refused<>(refusal);
    };
  }

  /**
   * {@return the value of a result that cannot be a refusal}
   *
   * @throws IllegalStateException with the refusal's message if it is one
   */
  default T orThrow() {
    return switch (this) {
      case Done<T>(T value) -> value;
      case Refused<T>(Refusal refusal) ->
          throw new IllegalStateException(refusal.reason() + ": " + refusal.message());
    };
  }
}
