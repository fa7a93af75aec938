import styles from './Matrix.module.css';

const LINES = 14;
const COLUMNS = 6;
const LINE_HEIGHT_PX = 35;

/** The shape of the matrix before its first answer. */
export function MatrixSkeleton() {
  const template = `minmax(280px, 2fr) repeat(${COLUMNS}, minmax(0, 1fr))`;
  return (
    <div className={styles['matrix']} aria-busy="true" aria-hidden="true">
      <div className={styles['scroller']}>
        {Array.from({ length: LINES }, (_line, line) => (
          <div
            key={line}
            className={styles['row']}
            style={{ gridTemplateColumns: template, height: LINE_HEIGHT_PX, borderBottom: '1px solid var(--line)' }}
          >
            {Array.from({ length: COLUMNS + 1 }, (_column, column) => (
              <div key={column} className={column === 0 ? styles['tagCell'] : styles['skeletonCell']}>
                <span
                  className={styles['skeleton']}
                  style={{
                    width: column === 0 ? `${35 + ((line * 7) % 4) * 10}%` : `${40 + ((line + column) % 3) * 12}%`,
                  }}
                />
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
