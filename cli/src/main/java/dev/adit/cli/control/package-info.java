/** The verbs that ask a running server: {@code vdev}, {@code function}, {@code top}. */
package dev.adit.cli.control;
