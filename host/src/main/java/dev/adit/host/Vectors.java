package dev.adit.host;

import dev.adit.devices.Dropped;
import dev.adit.devices.VectorEntries;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.post.PostedDescriptors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of a virtual device from 1 on, each with an entry of the physical function behind it.
 *
 * <p>An entry that was revoked is nobody's until no engine works any more on a descriptor that was
 * checked while it was the device's; then it is given back.
 */
final class Vectors implements VectorEntries {
  private record Revoked(CompletionEntries.Entry entry, BooleanSupplier done) {}

  private final CompletionEntries entries;
  private final PostedDescriptors.Post post;
  private final Cookie owner;
  private final @Nullable CompletionEntries.Entry[] current;
  private final boolean[] open;
  private final List<Revoked> revoked = new ArrayList<>();

  /**
   * Allocates an entry for each vector.
   *
   * @param count vectors, vector 0 included
   * @throws DomainException if there are not enough; then none is held
   */
  Vectors(CompletionEntries entries, PostedDescriptors.Post post, Cookie owner, int count) {
    this.entries = entries;
    this.post = post;
    this.owner = owner;
    current = new CompletionEntries.Entry[count];
    open = new boolean[count];
    try {
      for (int vector = 1; vector < count; vector++) {
        current[vector] = allocate(vector);
      }
    } catch (DomainException e) {
      release();
      throw e;
    }
  }

  private CompletionEntries.Entry allocate(int vector) {
    return entries.allocate(owner, post.target(vector));
  }

  private CompletionEntries.@Nullable Entry entry(int vector) {
    return vector >= 1 && vector < current.length ? current[vector] : null;
  }

  @Override
  public synchronized int index(int vector) {
    reap();
    CompletionEntries.Entry entry = entry(vector);
    return entry == null ? -1 : entry.index();
  }

  @Override
  public synchronized void mask(int vector, boolean masked) {
    CompletionEntries.Entry entry = entry(vector);
    if (entry != null) {
      open[vector] = !masked;
      entry.mask(masked);
    }
  }

  @Override
  public synchronized boolean pending(int vector) {
    CompletionEntries.Entry entry = entry(vector);
    return entry != null && entry.pending();
  }

  @Override
  public Dropped why(int index) {
    return entries.why(index, owner.vm());
  }

  /** {@return the entries of all vectors by vector, those given back and vector 0 as -1} */
  synchronized List<Integer> indices() {
    List<Integer> all = new ArrayList<>();
    for (int vector = 0; vector < current.length; vector++) {
      all.add(index(vector));
    }
    return all;
  }

  /**
   * Gives every vector another entry.
   *
   * @param done tells that the work is over that may still use the old ones; asked for when they
   *     cannot be used any more
   * @throws DomainException if there are not enough entries; then nothing has changed
   */
  synchronized void renew(Supplier<BooleanSupplier> done) {
    List<CompletionEntries.Entry> fresh = allocate();
    List<CompletionEntries.Entry> old = new ArrayList<>();
    for (int vector = 1; vector < current.length; vector++) {
      CompletionEntries.Entry before = current[vector];
      CompletionEntries.Entry now = fresh.get(vector - 1);
      now.mask(!open[vector]);
      current[vector] = now;
      if (before != null) {
        before.disown();
        old.add(before);
      }
    }
    BooleanSupplier over = done.get();
    old.forEach(entry -> revoked.add(new Revoked(entry, over)));
  }

  /**
   * Finds out whether every vector could be given another entry.
   *
   * @throws DomainException if there are not enough
   */
  synchronized void checkRenew() {
    allocate().forEach(CompletionEntries.Entry::release);
  }

  private List<CompletionEntries.Entry> allocate() {
    reap();
    List<CompletionEntries.Entry> fresh = new ArrayList<>();
    try {
      for (int vector = 1; vector < current.length; vector++) {
        fresh.add(allocate(vector));
      }
      return fresh;
    } catch (DomainException e) {
      fresh.forEach(CompletionEntries.Entry::release);
      throw e;
    }
  }

  /** Gives back revoked entries that nothing can use any more. */
  synchronized void reap() {
    revoked.removeIf(
        each -> {
          boolean done = each.done().getAsBoolean();
          if (done) {
            each.entry().release();
          }
          return done;
        });
  }

  /** Gives everything back; none of the device's work is left. */
  synchronized void release() {
    revoked.forEach(each -> each.entry().release());
    revoked.clear();
    for (CompletionEntries.Entry entry : current) {
      if (entry != null) {
        entry.release();
      }
    }
    Arrays.fill(current, null);
  }
}
